// What the sparse kernels share: which elements of the dense operand a product multiplies, and how
// finished results are stored.
//
// A dense operand is seen as rows of "items": the columns of a matrix, or the pixels of a batch of
// images. Each stored position of the sparse operand names a row by its place, a distance in
// elements; item j of that row lies at place + source(j). So one kernel multiplies a matrix, and
// with stretched places (Chen 2018, Escort) also convolves.
#pragma once

#include "common.cuh"

// Stored positions that are brought to shared memory at once.
constexpr u32 STRIP = 32;

// N elements that are read or written at once where 16 bytes allow it.
template <typename T, int N>
struct alignas(N * sizeof(T) < 16 ? N * sizeof(T) : 16) Vector {
  T lane[N];
};

template <int N, typename T>
__device__ __forceinline__ Vector<T, N> load(const T* from) {
  return *reinterpret_cast<const Vector<T, N>*>(from);
}

template <typename T, int N>
__device__ __forceinline__ void store(T* to, const Vector<T, N>& value) {
  *reinterpret_cast<Vector<T, N>*>(to) = value;
}

// ---- items

// The columns of a row-major matrix; the result is [rows, count].
struct MatrixItems {
  u32 count;

  __device__ __forceinline__ u32 source(u32 item) const { return item; }

  // Where item j of a row of the result lies, or -1 if there is no such element.
  __device__ __forceinline__ i64 target(u32 row, u32 item) const {
    return (i64)row * count + item;
  }

  // Where item j of a row of a sampled product's left operand lies.
  __device__ __forceinline__ i64 left(u32 row, u32 item) const { return target(row, item); }
};

// The positions of a grid that slides over each image of a batch. The result [batch, channels,
// height, width] has, at grid position (y, x) of row phase * channels + channel, the element
// (channel, stepH y + originH + phase / phasesW, stepW x + originW + phase % phasesW).
struct ImageItems {
  u32 count;           // batch * grid height * grid width
  Divisor positions;   // of the grid, per image
  Divisor gridWidth;
  Divisor channels;
  Divisor phasesW;
  u32 sourceImage;     // distance between images in the source
  u32 sourceRow;       // distance between grid rows in the source
  u32 height;
  u32 width;
  u32 stepH;
  u32 stepW;
  int originH;
  int originW;

  __device__ __forceinline__ u32 source(u32 item) const {
    u32 image = positions.quotient(item);
    u32 position = item - image * positions.value;
    u32 y = gridWidth.quotient(position);
    return image * sourceImage + y * sourceRow + position - y * gridWidth.value;
  }

  __device__ __forceinline__ i64 target(u32 row, u32 item) const {
    u32 image = positions.quotient(item);
    u32 position = item - image * positions.value;
    u32 y = gridWidth.quotient(position);
    u32 x = position - y * gridWidth.value;
    u32 phase = channels.quotient(row);
    u32 channel = row - phase * channels.value;
    u32 phaseH = phasesW.quotient(phase);
    u32 h = y * stepH + phaseH + originH;
    u32 w = x * stepW + phase - phaseH * phasesW.value + originW;
    return h < height && w < width
        ? ((i64)(image * channels.value + channel) * height + h) * width + w
        : -1;
  }

  // The left operand is [batch, channels, grid height, grid width].
  __device__ __forceinline__ i64 left(u32 row, u32 item) const {
    u32 image = positions.quotient(item);
    return ((i64)(image * channels.value + row) - image) * positions.value + item;
  }
};

// ---- what happens to a finished sum

template <typename T>
struct Finish {
  T beta;               // of what the result holds; 0 does not read it
  const T* rowBias;     // or null
  const T* columnBias;  // or null
  int relu;

  template <int VEC>
  __device__ __forceinline__ void put(T* out, i64 at, u32 row, u32 item, Vector<T, VEC> sum) const {
    if (at < 0) {
      return;
    }
    if (beta != T(0)) {
      Vector<T, VEC> old = *reinterpret_cast<const Vector<T, VEC>*>(out + at);
#pragma unroll
      for (int v = 0; v < VEC; v++) {
        sum.lane[v] += beta * old.lane[v];
      }
    }
    T bias = rowBias == nullptr ? T(0) : rowBias[row];
#pragma unroll
    for (int v = 0; v < VEC; v++) {
      sum.lane[v] += bias;
      if (columnBias != nullptr) {
        sum.lane[v] += columnBias[item + v];
      }
      if (relu) {
        sum.lane[v] = ::relu(sum.lane[v]);
      }
    }
    store(out + at, sum);
  }
};

// ---- reductions

// Sums p[i] over LANES neighbouring lanes, for COUNT numbers at once: each step exchanges one half
// of them and adds the other, so that lane l ends with the sums l COUNT / LANES and following in
// p[0 ..]. COUNT - COUNT / LANES shuffles, where one reduction after another takes COUNT log LANES.
template <int COUNT, int LANES, typename T>
__device__ __forceinline__ void reduceTransposed(T* p, u32 lane, u32 mask) {
  if constexpr (LANES > 1) {
    constexpr int HALF = COUNT / 2;
    constexpr int DISTANCE = LANES / 2;
    bool upper = lane & DISTANCE;
#pragma unroll
    for (int i = 0; i < HALF; i++) {
      T sent = upper ? p[i] : p[i + HALF];
      T kept = upper ? p[i + HALF] : p[i];
      p[i] = kept + __shfl_xor_sync(mask, sent, DISTANCE);
    }
    reduceTransposed<HALF, DISTANCE>(p, lane, mask);
  }
}

// The lanes of this thread's group of LANES neighbours.
template <int LANES>
__device__ __forceinline__ u32 groupMask() {
  if constexpr (LANES == 32) {
    return FULL_WARP;
  } else {
    return ((1u << LANES) - 1) << (threadIdx.x % 32 / LANES * LANES);
  }
}
