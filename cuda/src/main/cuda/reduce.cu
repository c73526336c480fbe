// Reductions over any axes, and the place of the largest element.
//
// A reduction is outputs x terms: output j begins at element kept(j) of x, its terms lie at
// reduced(t) from there, t in row-major order. Terms are cut into chunks of a length that the
// launcher derives from the shape alone; chunk c of output j gives partial[c * outputs + j], and the
// launcher reduces the partials again until one is left. So the tree depends on neither the grid
// nor the device. out may be strided where there is one chunk (out's position is kept's second
// operand).
//
//   reduce_block_OP_TYPE    a block of 256 threads for each (output, chunk): thread i takes the
//                           terms i, i + 256, … of the chunk, then the threads are joined by a tree
//   reduce_warp_OP_TYPE     a warp for each output, one chunk, likewise with 32 lanes
//   reduce_columns_OP_TYPE  a lane for each output, 8 rows of 32 lanes to a block: row y takes the
//                           terms y, y + 8, … of the chunk; for outputs that lie next to each other
//   argmax_TYPE             a warp for each row of `width` elements `step` apart; the first largest,
//                           and the first NaN before all
//
// Geometry: blocks of 256 threads (32 x 8 for columns), grids of any size.
#include "common.cuh"

// A reduction: how a term becomes a value, and how values join.
template <typename T>
struct ReduceSum : Sum<T> {
  static __device__ __forceinline__ T term(T x) { return x; }
};
template <typename T>
struct ReduceAbs : Sum<T> {
  static __device__ __forceinline__ T term(T x) { return Float<T>::abs(x); }
};
template <typename T>
struct ReduceSquares : Sum<T> {
  static __device__ __forceinline__ T term(T x) { return x * x; }
};
template <typename T>
struct ReduceMax : Max<T> {
  static __device__ __forceinline__ T term(T x) { return x; }
};
template <typename T>
struct ReduceMin : Min<T> {
  static __device__ __forceinline__ T term(T x) { return x; }
};

// Joins the terms from, from + step, … below end of the output that begins at x.
template <typename R, typename T>
__device__ __forceinline__ T fold(const Strided<1>& reduced, const T* x, u32 from, u32 end, u32 step) {
  T value = R::identity();
  if (reduced.axes == 1) {
    i64 stride = reduced.stride[0][0];
#pragma unroll 4
    for (u32 t = from; t < end; t += step) {
      value = R::join(value, R::term(x[t * stride]));
    }
  } else {
#pragma unroll 1
    for (u32 t = from; t < end; t += step) {
      i64 at[1];
      reduced.locate(t, at);
      value = R::join(value, R::term(x[at[0]]));
    }
  }
  return value;
}

template <typename R, typename T>
__device__ __forceinline__ void reduceBlock(
    const Strided<2>& kept, u32 outputs, const Strided<1>& reduced, u32 terms, u32 chunk, const T* x,
    T* out) {
  u32 chunks = (terms + chunk - 1) / chunk;
  for (u64 piece = blockIdx.x; piece < (u64)outputs * chunks; piece += gridDim.x) {
    u32 output = (u32)(piece / chunks);
    u32 part = (u32)(piece % chunks);
    i64 at[2];
    kept.locate(output, at);
    u32 end = min(terms, (part + 1) * chunk);
    T value = fold<R>(reduced, x + at[0], part * chunk + threadIdx.x, end, 256);
    value = blockReduce<R, 256>(value);
    if (threadIdx.x == 0) {
      out[chunks == 1 ? at[1] : (i64)part * outputs + output] = value;
    }
  }
}

template <typename R, typename T>
__device__ __forceinline__ void reduceWarp(
    const Strided<2>& kept, u32 outputs, const Strided<1>& reduced, u32 terms, const T* x, T* out) {
  u32 lane = threadIdx.x % 32;
  for (i64 output = firstThread() / 32; output < outputs; output += allThreads() / 32) {
    i64 at[2];
    kept.locate((u32)output, at);
    T value = warpReduce<R>(fold<R>(reduced, x + at[0], lane, terms, 32));
    if (lane == 0) {
      out[at[1]] = value;
    }
  }
}

template <typename R, typename T>
__device__ __forceinline__ void reduceColumns(
    const Strided<2>& kept, u32 outputs, const Strided<1>& reduced, u32 terms, u32 chunk, const T* x,
    T* out) {
  __shared__ T parts[8][32];
  u32 chunks = (terms + chunk - 1) / chunk;
  u32 groups = (outputs + 31) / 32;
  for (u64 piece = blockIdx.x; piece < (u64)groups * chunks; piece += gridDim.x) {
    u32 output = (u32)(piece % groups) * 32 + threadIdx.x;
    u32 part = (u32)(piece / groups);
    i64 at[2];
    if (output < outputs) {
      kept.locate(output, at);
      u32 end = min(terms, (part + 1) * chunk);
      parts[threadIdx.y][threadIdx.x] =
          fold<R>(reduced, x + at[0], part * chunk + threadIdx.y, end, 8);
    }
    __syncthreads();
    if (threadIdx.y == 0 && output < outputs) {
      T value = parts[0][threadIdx.x];
#pragma unroll
      for (int row = 1; row < 8; row++) {
        value = R::join(value, parts[row][threadIdx.x]);
      }
      out[chunks == 1 ? at[1] : (i64)part * outputs + output] = value;
    }
    __syncthreads();
  }
}

// Whether (value, index) comes before (other, place): NaN first, then the larger, then the earlier.
template <typename T>
__device__ __forceinline__ bool leads(T value, i64 index, T other, i64 place) {
  bool nan = value != value;
  bool otherNan = other != other;
  if (nan != otherNan) {
    return nan;
  }
  return nan || value == other ? index < place : value > other;
}

template <typename T>
__device__ __forceinline__ void argmax(
    const Strided<2>& rows, u32 count, u32 width, i64 step, const T* x, i64* out) {
  u32 lane = threadIdx.x % 32;
  for (i64 row = firstThread() / 32; row < count; row += allThreads() / 32) {
    i64 at[2];
    rows.locate((u32)row, at);
    u32 first = min(lane, width - 1);
    T best = x[at[0] + first * step];
    i64 place = first;
    for (u32 i = lane + 32; i < width; i += 32) {
      T value = x[at[0] + i * step];
      if (leads(value, (i64)i, best, place)) {
        best = value;
        place = i;
      }
    }
#pragma unroll
    for (int distance = 16; distance > 0; distance >>= 1) {
      T value = __shfl_xor_sync(FULL_WARP, best, distance);
      i64 index = __shfl_xor_sync(FULL_WARP, place, distance);
      if (leads(value, index, best, place)) {
        best = value;
        place = index;
      }
    }
    if (lane == 0) {
      out[at[1]] = place;
    }
  }
}

#define REDUCE_ENTRIES(name, R, suffix, T)                                                         \
  extern "C" __global__ void reduce_block_##name##_##suffix(                                       \
      Strided<2> kept, u32 outputs, Strided<1> reduced, u32 terms, u32 chunk, const T* x,          \
      T* out) {                                                                                    \
    reduceBlock<R<T>>(kept, outputs, reduced, terms, chunk, x, out);                               \
  }                                                                                                \
  extern "C" __global__ void reduce_warp_##name##_##suffix(                                        \
      Strided<2> kept, u32 outputs, Strided<1> reduced, u32 terms, const T* x, T* out) {           \
    reduceWarp<R<T>>(kept, outputs, reduced, terms, x, out);                                       \
  }                                                                                                \
  extern "C" __global__ void reduce_columns_##name##_##suffix(                                     \
      Strided<2> kept, u32 outputs, Strided<1> reduced, u32 terms, u32 chunk, const T* x,          \
      T* out) {                                                                                    \
    reduceColumns<R<T>>(kept, outputs, reduced, terms, chunk, x, out);                             \
  }

#define TYPE_ENTRIES(suffix, T)                                                                    \
  REDUCE_ENTRIES(sum, ReduceSum, suffix, T)                                                        \
  REDUCE_ENTRIES(sum_abs, ReduceAbs, suffix, T)                                                    \
  REDUCE_ENTRIES(sum_squares, ReduceSquares, suffix, T)                                            \
  REDUCE_ENTRIES(max, ReduceMax, suffix, T)                                                        \
  REDUCE_ENTRIES(min, ReduceMin, suffix, T)                                                        \
  extern "C" __global__ void argmax_##suffix(                                                      \
      Strided<2> rows, u32 count, u32 width, i64 step, const T* x, i64* out) {                     \
    argmax(rows, count, width, step, x, out);                                                      \
  }

TYPE_ENTRIES(f32, float)
TYPE_ENTRIES(f64, double)
