// Max and average pooling over windows of [N, C, H, W], and what their gradients need.
//
//   max_pool_TYPE         out = max of each window, index (or null) = h W + w of the first maximum;
//                         NaN counts as largest
//   max_pool_grad_TYPE    dx[h, w] = sum of dy over the windows whose index is h W + w, in row-major
//                         order of the windows: gathered, so without atomics
//   max_pool_gather_TYPE  out = x at the index of each window
//   avg_pool_TYPE         mean of each window; padding counts as zeros
//   avg_pool_grad_TYPE    dx[h, w] = sum of dy / (kh kw) over the windows that hold (h, w)
//
// A thread makes one element of the result. x and dy may have any strides; index, out and dx are
// contiguous, with less than 2^31 elements each.
// Geometry: one-dimensional grids of any size.
#include "common.cuh"

struct Pool {
  int height;
  int width;
  int outHeight;
  int outWidth;
  int kernelH;
  int kernelW;
  int strideH;
  int strideW;
  int padH;
  int padW;
  Divisor channels;
  Divisor columns;   // of the tensor that is written
  Divisor rows;      // likewise
  Divisor acrossH;   // strideH
  Divisor acrossW;   // strideW
  i64 stride[4];     // of the tensor that is read with strides, n c h w

  // Coordinates of an element of the tensor that is written.
  __device__ __forceinline__ void place(u32 i, u32& plane, int& row, int& column) const {
    u32 line = columns.quotient(i);
    column = (int)(i - line * columns.value);
    plane = rows.quotient(line);
    row = (int)(line - plane * rows.value);
  }

  // First element of a plane of the tensor that is read with strides.
  __device__ __forceinline__ i64 start(u32 plane) const {
    u32 n = channels.quotient(plane);
    return n * stride[0] + (plane - n * channels.value) * stride[1];
  }
};

// The positions [top, bottom) x [left, right) of a window, inside the plane.
struct Window {
  int top;
  int bottom;
  int left;
  int right;

  __device__ __forceinline__ Window(const Pool& p, int row, int column) {
    int h = row * p.strideH - p.padH;
    int w = column * p.strideW - p.padW;
    top = max(h, 0);
    bottom = min(h + p.kernelH, p.height);
    left = max(w, 0);
    right = min(w + p.kernelW, p.width);
  }
};

// The windows [top, bottom) x [left, right) that hold a position of the plane.
struct Cover {
  int top;
  int bottom;
  int left;
  int right;

  __device__ __forceinline__ Cover(const Pool& p, int h, int w) {
    top = first(h + p.padH - p.kernelH + 1, p.acrossH);
    left = first(w + p.padW - p.kernelW + 1, p.acrossW);
    bottom = min((int)p.acrossH.quotient(h + p.padH) + 1, p.outHeight);
    right = min((int)p.acrossW.quotient(w + p.padW) + 1, p.outWidth);
  }

  static __device__ __forceinline__ int first(int from, const Divisor& stride) {
    return from <= 0 ? 0 : (int)stride.quotient(from + stride.value - 1);
  }
};

template <typename T>
__device__ __forceinline__ void maxPool(
    const Pool& p, u32 n, const T* __restrict__ x, T* __restrict__ out, int* __restrict__ index) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    u32 plane;
    int row;
    int column;
    p.place((u32)i, plane, row, column);
    Window window(p, row, column);
    const T* in = x + p.start(plane);
    T best = in[window.top * p.stride[2] + window.left * p.stride[3]];
    int place = window.top * p.width + window.left;
#pragma unroll 1
    for (int h = window.top; h < window.bottom; h++) {
#pragma unroll 1
      for (int w = window.left; w < window.right; w++) {
        T value = in[h * p.stride[2] + w * p.stride[3]];
        if (value > best || (value != value && best == best)) {
          best = value;
          place = h * p.width + w;
        }
      }
    }
    out[i] = best;
    if (index != nullptr) {
      index[i] = place;
    }
  }
}

template <typename T>
__device__ __forceinline__ void maxPoolGrad(
    const Pool& p, u32 n, const T* __restrict__ dy, const int* __restrict__ index,
    T* __restrict__ dx) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    u32 plane;
    int h;
    int w;
    p.place((u32)i, plane, h, w);
    Cover cover(p, h, w);
    const T* gradient = dy + p.start(plane);
    const int* places = index + (i64)plane * p.outHeight * p.outWidth;
    int place = h * p.width + w;
    T sum = 0;
#pragma unroll 1
    for (int row = cover.top; row < cover.bottom; row++) {
#pragma unroll 1
      for (int column = cover.left; column < cover.right; column++) {
        if (places[row * p.outWidth + column] == place) {
          sum += gradient[row * p.stride[2] + column * p.stride[3]];
        }
      }
    }
    dx[i] = sum;
  }
}

template <typename T>
__device__ __forceinline__ void maxPoolGather(
    const Pool& p, u32 n, const T* __restrict__ x, const int* __restrict__ index,
    T* __restrict__ out) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    u32 plane;
    int row;
    int column;
    p.place((u32)i, plane, row, column);
    int h = index[i] / p.width;
    int w = index[i] - h * p.width;
    out[i] = x[p.start(plane) + h * p.stride[2] + w * p.stride[3]];
  }
}

template <typename T>
__device__ __forceinline__ void avgPool(
    const Pool& p, u32 n, T area, const T* __restrict__ x, T* __restrict__ out) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    u32 plane;
    int row;
    int column;
    p.place((u32)i, plane, row, column);
    Window window(p, row, column);
    const T* in = x + p.start(plane);
    T sum = 0;
#pragma unroll 1
    for (int h = window.top; h < window.bottom; h++) {
#pragma unroll 1
      for (int w = window.left; w < window.right; w++) {
        sum += in[h * p.stride[2] + w * p.stride[3]];
      }
    }
    out[i] = sum / area;
  }
}

template <typename T>
__device__ __forceinline__ void avgPoolGrad(
    const Pool& p, u32 n, T area, const T* __restrict__ dy, T* __restrict__ dx) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    u32 plane;
    int h;
    int w;
    p.place((u32)i, plane, h, w);
    Cover cover(p, h, w);
    const T* gradient = dy + p.start(plane);
    T sum = 0;
#pragma unroll 1
    for (int row = cover.top; row < cover.bottom; row++) {
#pragma unroll 1
      for (int column = cover.left; column < cover.right; column++) {
        sum += gradient[row * p.stride[2] + column * p.stride[3]] / area;
      }
    }
    dx[i] = sum;
  }
}

#define ENTRIES(suffix, T)                                                                         \
  extern "C" __global__ void max_pool_##suffix(Pool p, u32 n, const T* x, T* out, int* index) {    \
    maxPool(p, n, x, out, index);                                                                  \
  }                                                                                                \
  extern "C" __global__ void max_pool_grad_##suffix(                                               \
      Pool p, u32 n, const T* dy, const int* index, T* dx) {                                       \
    maxPoolGrad(p, n, dy, index, dx);                                                              \
  }                                                                                                \
  extern "C" __global__ void max_pool_gather_##suffix(                                             \
      Pool p, u32 n, const T* x, const int* index, T* out) {                                       \
    maxPoolGather(p, n, x, index, out);                                                            \
  }                                                                                                \
  extern "C" __global__ void avg_pool_##suffix(Pool p, u32 n, T area, const T* x, T* out) {        \
    avgPool(p, n, area, x, out);                                                                   \
  }                                                                                                \
  extern "C" __global__ void avg_pool_grad_##suffix(Pool p, u32 n, T area, const T* dy, T* dx) {   \
    avgPoolGrad(p, n, area, dy, dx);                                                               \
  }

ENTRIES(f32, float)
ENTRIES(f64, double)
