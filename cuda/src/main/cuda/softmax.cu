// Softmax and its logarithm over the last axis of contiguous [rows, width], and their gradients.
//
//   softmax_TYPE           y_i = exp(x_i - m) / s,          m = max x, s = sum exp(x_j - m)
//   log_softmax_TYPE       y_i = x_i - (m + ln s)
//   softmax_grad_TYPE      dx_i = y_i (dy_i - sum dy_j y_j)
//   log_softmax_grad_TYPE  dx_i = dy_i - exp(y_i) sum dy_j
//
// A warp takes a row of at most 1024 elements (…_TYPE), a block of 256 threads a longer one
// (…_wide_TYPE); sums join by a fixed tree. The row is read again rather than kept: it is in the
// cache. Outputs may not overlap inputs.
// Geometry: blocks of 256 threads, grids of any size.
#include "common.cuh"

// The row that this thread's team of THREADS works on first, the next one's distance, and the
// thread's place in the team.
template <int THREADS>
struct Team {
  i64 first;
  i64 step;
  u32 place;

  __device__ __forceinline__ Team()
      : first(firstThread() / THREADS),
        step(allThreads() / THREADS),
        place(threadIdx.x % THREADS) {}
};

template <bool LOG, int THREADS, typename T>
__device__ __forceinline__ void softmax(
    i64 rows, u32 width, const T* __restrict__ x, T* __restrict__ out) {
  Team<THREADS> team;
#pragma unroll 1
  for (i64 row = team.first; row < rows; row += team.step) {
    const T* in = x + row * width;
    T largest = Max<T>::identity();
    for (u32 i = team.place; i < width; i += THREADS) {
      largest = larger(largest, in[i]);
    }
    largest = blockReduce<Max<T>, THREADS>(largest);
    T sum = 0;
    for (u32 i = team.place; i < width; i += THREADS) {
      sum += Float<T>::exp(in[i] - largest);
    }
    sum = blockReduce<Sum<T>, THREADS>(sum);
    T shift = LOG ? largest + Float<T>::log(sum) : T(1) / sum;
    for (u32 i = team.place; i < width; i += THREADS) {
      out[row * width + i] = LOG ? in[i] - shift : Float<T>::exp(in[i] - largest) * shift;
    }
  }
}

template <bool LOG, int THREADS, typename T>
__device__ __forceinline__ void softmaxGrad(
    i64 rows, u32 width, const T* __restrict__ y, const T* __restrict__ dy, T* __restrict__ dx) {
  Team<THREADS> team;
#pragma unroll 1
  for (i64 row = team.first; row < rows; row += team.step) {
    i64 start = row * width;
    T sum = 0;
    for (u32 i = team.place; i < width; i += THREADS) {
      sum += LOG ? dy[start + i] : dy[start + i] * y[start + i];
    }
    sum = blockReduce<Sum<T>, THREADS>(sum);
    for (u32 i = team.place; i < width; i += THREADS) {
      dx[start + i] = LOG ? dy[start + i] - Float<T>::exp(y[start + i]) * sum
                          : y[start + i] * (dy[start + i] - sum);
    }
  }
}

#define ENTRIES(prefix, LOG, THREADS, suffix, T)                                            \
  extern "C" __global__ void prefix##softmax_##suffix(                                      \
      i64 rows, u32 width, const T* x, T* out) {                                            \
    softmax<LOG, THREADS>(rows, width, x, out);                                             \
  }                                                                                         \
  extern "C" __global__ void prefix##softmax_grad_##suffix(                                 \
      i64 rows, u32 width, const T* y, const T* dy, T* dx) {                                \
    softmaxGrad<LOG, THREADS>(rows, width, y, dy, dx);                                      \
  }

#define TYPE_ENTRIES(suffix, T)                \
  ENTRIES(, false, 32, suffix, T)              \
  ENTRIES(log_, true, 32, suffix, T)           \
  ENTRIES(, false, 256, wide_##suffix, T)      \
  ENTRIES(log_, true, 256, wide_##suffix, T)

TYPE_ENTRIES(f32, float)
TYPE_ENTRIES(f64, double)
