// flags: -fmad=false
// Elementwise maps: out = op(x, p), out = op(a, b), y = alpha x + beta y, out = mask ? x : 0.
//
//   unary_OP_TYPE        any strides; when all operands are contiguous (one axis of stride 1) and
//                        16-byte aligned, 16 bytes at a time
//   binary_OP_TYPE       likewise; strides of 0 along broadcast axes
//   axpby_TYPE           contiguous; y is not read where beta is 0
//   apply_mask_TYPE      contiguous; bit i % 64 of word i / 64 belongs to element i
//
// Every operation rounds (-fmad=false): a product and a sum that were joined here or there, by the compiler
// or the driver's assembler, would make a map alone differ from the same map in a chain.
// out may be one of the inputs: each element is read before it is written, by the same thread.
// Geometry: one-dimensional grids of any size.
#include "maps.cuh"

// ---- loops

template <int N>
__device__ __forceinline__ bool isOneRun(const Strided<N>& where) {
  bool run = where.axes == 1;
#pragma unroll
  for (int k = 0; k < N; k++) {
    run &= where.stride[k][0] == 1;
  }
  return run;
}

// The packs of 16 bytes that can be taken, then the elements that are left, at their strides.
template <typename T, typename Op>
__device__ __forceinline__ void unary(
    const Strided<2>& where, i64 n, T p, const T* x, T* out, Op op) {
  constexpr int L = Pack<T>::LENGTH;
  i64 packs = isOneRun(where) && aligned16(x) && aligned16(out) ? n / L : 0;
#pragma unroll 1
  for (i64 i = firstThread(); i < packs; i += allThreads()) {
    Pack<T> values = reinterpret_cast<const Pack<T>*>(x)[i];
#pragma unroll
    for (int j = 0; j < L; j++) {
      values.lane[j] = op(values.lane[j], p);
    }
    reinterpret_cast<Pack<T>*>(out)[i] = values;
  }
#pragma unroll 1
  for (i64 i = packs * L + firstThread(); i < n; i += allThreads()) {
    i64 at[2];
    where.locate((u32)i, at);
    out[at[1]] = op(x[at[0]], p);
  }
}

template <typename T, typename Op>
__device__ __forceinline__ void binary(
    const Strided<3>& where, i64 n, const T* a, const T* b, T* out, Op op) {
  constexpr int L = Pack<T>::LENGTH;
  bool fast = isOneRun(where) && aligned16(a) && aligned16(b) && aligned16(out);
  i64 packs = fast ? n / L : 0;
#pragma unroll 1
  for (i64 i = firstThread(); i < packs; i += allThreads()) {
    Pack<T> left = reinterpret_cast<const Pack<T>*>(a)[i];
    Pack<T> right = reinterpret_cast<const Pack<T>*>(b)[i];
#pragma unroll
    for (int j = 0; j < L; j++) {
      left.lane[j] = op(left.lane[j], right.lane[j]);
    }
    reinterpret_cast<Pack<T>*>(out)[i] = left;
  }
#pragma unroll 1
  for (i64 i = packs * L + firstThread(); i < n; i += allThreads()) {
    i64 at[3];
    where.locate((u32)i, at);
    out[at[2]] = op(a[at[0]], b[at[1]]);
  }
}

// n elements from the first one on; L at a time where both pointers allow it.
template <typename T>
__device__ __forceinline__ void axpby(i64 n, T alpha, const T* __restrict__ x, T beta, T* y) {
  constexpr int L = Pack<T>::LENGTH;
  i64 packs = aligned16(x) && aligned16(y) ? n / L : 0;
#pragma unroll 1
  for (i64 i = firstThread(); i < packs; i += allThreads()) {
    Pack<T> xs = reinterpret_cast<const Pack<T>*>(x)[i];
    Pack<T> ys;
    if (beta != 0) {
      ys = reinterpret_cast<Pack<T>*>(y)[i];
    }
#pragma unroll
    for (int j = 0; j < L; j++) {
      ys.lane[j] = beta == 0 ? alpha * xs.lane[j] : alpha * xs.lane[j] + beta * ys.lane[j];
    }
    reinterpret_cast<Pack<T>*>(y)[i] = ys;
  }
#pragma unroll 1
  for (i64 i = packs * L + firstThread(); i < n; i += allThreads()) {
    y[i] = beta == 0 ? alpha * x[i] : alpha * x[i] + beta * y[i];
  }
}

template <typename T>
__device__ __forceinline__ void applyMask(
    i64 n, const u64* __restrict__ words, const T* x, T* out) {
  constexpr int L = Pack<T>::LENGTH;
  i64 packs = aligned16(x) && aligned16(out) ? n / L : 0;
#pragma unroll 1
  for (i64 i = firstThread(); i < packs; i += allThreads()) {
    u32 bits = (u32)(words[i * L / 64] >> (i * L % 64));
    Pack<T> values = reinterpret_cast<const Pack<T>*>(x)[i];
#pragma unroll
    for (int j = 0; j < L; j++) {
      values.lane[j] = bits >> j & 1 ? values.lane[j] : T(0);
    }
    reinterpret_cast<Pack<T>*>(out)[i] = values;
  }
#pragma unroll 1
  for (i64 i = packs * L + firstThread(); i < n; i += allThreads()) {
    out[i] = words[i / 64] >> (i % 64) & 1 ? x[i] : T(0);
  }
}

// ---- entries

#define UNARY_ENTRY(name, value)                                                        \
  extern "C" __global__ void unary_##name##_f32(                                        \
      Strided<2> where, i64 n, float p, const float* x, float* out) {                   \
    typedef float T;                                                                    \
    unary(where, n, p, x, out, [](T x, T p) -> T { return value; });                    \
  }                                                                                     \
  extern "C" __global__ void unary_##name##_f64(                                        \
      Strided<2> where, i64 n, double p, const double* x, double* out) {                \
    typedef double T;                                                                   \
    unary(where, n, p, x, out, [](T x, T p) -> T { return value; });                    \
  }

UNARY_OPS(UNARY_ENTRY)

#define BINARY_ENTRY(name, value)                                                       \
  extern "C" __global__ void binary_##name##_f32(                                       \
      Strided<3> where, i64 n, const float* a, const float* b, float* out) {            \
    typedef float T;                                                                    \
    binary(where, n, a, b, out, [](T a, T b) -> T { return value; });                   \
  }                                                                                     \
  extern "C" __global__ void binary_##name##_f64(                                       \
      Strided<3> where, i64 n, const double* a, const double* b, double* out) {         \
    typedef double T;                                                                   \
    binary(where, n, a, b, out, [](T a, T b) -> T { return value; });                   \
  }

BINARY_OPS(BINARY_ENTRY)

#define CONTIGUOUS_ENTRIES(suffix, T)                                                             \
  extern "C" __global__ void axpby_##suffix(i64 n, T alpha, const T* x, T beta, T* y) {           \
    axpby(n, alpha, x, beta, y);                                                                  \
  }                                                                                               \
  extern "C" __global__ void apply_mask_##suffix(i64 n, const u64* words, const T* x, T* out) {   \
    applyMask(n, words, x, out);                                                                  \
  }

CONTIGUOUS_ENTRIES(f32, float)
CONTIGUOUS_ENTRIES(f64, double)
