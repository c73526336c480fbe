// What the kernel families share: types, strided operands, warp and block reductions.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define FULL_WARP 0xffffffffu

// ---- strided operands

constexpr int MAX_AXES = 6;

// Division of n < 2^31 by a constant through one multiplication (Granlund, Montgomery 1994):
// n / d = (hi(n magic) + n) >> shift with magic = floor(2^32 (2^shift - d) / d) + 1.
struct Divisor {
  u32 value;
  u32 magic;
  u32 shift;

  __device__ __forceinline__ u32 quotient(u32 n) const { return (__umulhi(n, magic) + n) >> shift; }
};

// N operands of one shape below 2^31 elements. Axis 0 runs fastest; the last axis is never divided
// by. Strides count elements.
template <int N>
struct Strided {
  int axes;
  Divisor extent[MAX_AXES];
  i64 stride[N][MAX_AXES];

  __device__ __forceinline__ void locate(u32 index, i64 (&at)[N]) const {
#pragma unroll
    for (int k = 0; k < N; k++) {
      at[k] = 0;
    }
#pragma unroll
    for (int axis = 0; axis < MAX_AXES; axis++) {
      if (axis < axes) {
        u32 rest = axis + 1 < axes ? extent[axis].quotient(index) : 0;
        i64 here = index - rest * extent[axis].value;
#pragma unroll
        for (int k = 0; k < N; k++) {
          at[k] += here * stride[k][axis];
        }
        index = rest;
      }
    }
  }
};

// Position of this thread in a one-dimensional grid, and the size of that grid: n elements are
// visited by for (i64 i = firstThread(); i < n; i += allThreads()).
__device__ __forceinline__ i64 firstThread() { return (i64)blockIdx.x * blockDim.x + threadIdx.x; }
__device__ __forceinline__ i64 allThreads() { return (i64)gridDim.x * blockDim.x; }

// ---- sixteen bytes at a time

template <typename T>
struct alignas(16) Pack {
  static constexpr int LENGTH = 16 / sizeof(T);
  T lane[LENGTH];
};

template <typename T>
__device__ __forceinline__ bool aligned16(const T* pointer) {
  return (reinterpret_cast<u64>(pointer) & 15) == 0;
}

// ---- the compute types

template <typename T>
struct Float;

template <>
struct Float<float> {
  static __device__ __forceinline__ float infinity() { return __int_as_float(0x7f800000); }
  static __device__ __forceinline__ float exp(float x) { return expf(x); }
  static __device__ __forceinline__ float log(float x) { return logf(x); }
  static __device__ __forceinline__ float sqrt(float x) { return sqrtf(x); }
  static __device__ __forceinline__ float abs(float x) { return fabsf(x); }
};

template <>
struct Float<double> {
  static __device__ __forceinline__ double infinity() {
    return __longlong_as_double(0x7ff0000000000000ll);
  }
  static __device__ __forceinline__ double exp(double x) { return ::exp(x); }
  static __device__ __forceinline__ double log(double x) { return ::log(x); }
  static __device__ __forceinline__ double sqrt(double x) { return ::sqrt(x); }
  static __device__ __forceinline__ double abs(double x) { return fabs(x); }
};

// max(x, 0) that lets NaN pass.
template <typename T>
__device__ __forceinline__ T relu(T x) {
  return x < 0 ? T(0) : x;
}

// The larger (smaller) of two; NaN if either is.
template <typename T>
__device__ __forceinline__ T larger(T a, T b) {
  return a != a || a > b ? a : b;
}
template <typename T>
__device__ __forceinline__ T smaller(T a, T b) {
  return a != a || a < b ? a : b;
}

// ---- reductions with a fixed tree

template <typename T>
struct Sum {
  static __device__ __forceinline__ T identity() { return T(0); }
  static __device__ __forceinline__ T join(T a, T b) { return a + b; }
};
template <typename T>
struct Max {
  static __device__ __forceinline__ T identity() { return -Float<T>::infinity(); }
  static __device__ __forceinline__ T join(T a, T b) { return larger(a, b); }
};
template <typename T>
struct Min {
  static __device__ __forceinline__ T identity() { return Float<T>::infinity(); }
  static __device__ __forceinline__ T join(T a, T b) { return smaller(a, b); }
};

// Joins one value of each lane of a full warp; every lane receives the result.
template <typename Join, typename T>
__device__ __forceinline__ T warpReduce(T value) {
#pragma unroll
  for (int distance = 16; distance > 0; distance >>= 1) {
    value = Join::join(value, __shfl_xor_sync(FULL_WARP, value, distance));
  }
  return value;
}

// Joins one value of each thread of a block of whole warps, at most 1024 threads, all of which must
// call; every thread receives the result. THREADS is the block's size; 32 needs no shared memory.
template <typename Join, int THREADS, typename T>
__device__ __forceinline__ T blockReduce(T value) {
  value = warpReduce<Join>(value);
  if constexpr (THREADS > 32) {
    constexpr int WARPS = THREADS / 32;
    __shared__ T parts[WARPS];
    __syncthreads();  // a previous reduction may still be reading
    if (threadIdx.x % 32 == 0) {
      parts[threadIdx.x / 32] = value;
    }
    __syncthreads();
    value = parts[0];
#pragma unroll
    for (int warp = 1; warp < WARPS; warp++) {
      value = Join::join(value, parts[warp]);
    }
  }
  return value;
}
