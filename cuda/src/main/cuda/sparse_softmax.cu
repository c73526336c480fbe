// Softmax over the stored positions of each row of a CSR matrix, as sparse attention needs it.
//
//   sparse_softmax_TYPE        y[p] = exp(x[p] - max of its row) / sum of these over its row
//   sparse_softmax_grad_TYPE   dx[p] = y[p] (dy[p] - sum over its row of y dy)
//     A row without positions has nothing to write. A warp owns a row and passes over it three
//     times (gradient: twice), 32 neighbouring values at a time; order holds the rows by descending
//     length. Grid: ceil(rows / 4) blocks of 128 threads. y may be x, dx may be dy.
#include "sparse.cuh"

constexpr int SOFTMAX_THREADS = 128;

template <typename T>
__device__ __forceinline__ void sparseSoftmax(
    u32 rows, const int* order, const int* offsets, const T* x, T* y) {
  u32 rank = (blockIdx.x * SOFTMAX_THREADS + threadIdx.x) / 32;
  if (rank >= rows) {
    return;
  }
  u32 row = order[rank];
  u32 first = offsets[row] + threadIdx.x % 32;
  u32 end = offsets[row + 1];
  T most = Max<T>::identity();
  for (u32 p = first; p < end; p += 32) {
    most = larger(most, x[p]);
  }
  most = warpReduce<Max<T>>(most);
  T sum = 0;
  for (u32 p = first; p < end; p += 32) {
    sum += Float<T>::exp(x[p] - most);
  }
  sum = warpReduce<Sum<T>>(sum);
  for (u32 p = first; p < end; p += 32) {
    y[p] = Float<T>::exp(x[p] - most) / sum;
  }
}

template <typename T>
__device__ __forceinline__ void sparseSoftmaxGrad(
    u32 rows, const int* order, const int* offsets, const T* y, const T* dy, T* dx) {
  u32 rank = (blockIdx.x * SOFTMAX_THREADS + threadIdx.x) / 32;
  if (rank >= rows) {
    return;
  }
  u32 row = order[rank];
  u32 first = offsets[row] + threadIdx.x % 32;
  u32 end = offsets[row + 1];
  T sum = 0;
  for (u32 p = first; p < end; p += 32) {
    sum += y[p] * dy[p];
  }
  sum = warpReduce<Sum<T>>(sum);
  for (u32 p = first; p < end; p += 32) {
    dx[p] = y[p] * (dy[p] - sum);
  }
}

#define SPARSE_SOFTMAX(TYPE, T)                                                             \
  extern "C" __global__ void __launch_bounds__(SOFTMAX_THREADS) sparse_softmax_##TYPE(      \
      u32 rows, const int* order, const int* offsets, const T* x, T* y) {                   \
    sparseSoftmax(rows, order, offsets, x, y);                                              \
  }                                                                                         \
  extern "C" __global__ void __launch_bounds__(SOFTMAX_THREADS) sparse_softmax_grad_##TYPE( \
      u32 rows, const int* order, const int* offsets, const T* y, const T* dy, T* dx) {     \
    sparseSoftmaxGrad(rows, order, offsets, y, dy, dx);                                     \
  }

SPARSE_SOFTMAX(f32, float)
SPARSE_SOFTMAX(f64, double)
