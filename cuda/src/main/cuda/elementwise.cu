// Elementwise maps: out = op(x, p), out = op(a, b), y = alpha x + beta y, out = mask ? x : 0.
//
//   unary_OP_TYPE        any strides; when all operands are contiguous (one axis of stride 1) and
//                        16-byte aligned, 16 bytes at a time
//   binary_OP_TYPE       likewise; strides of 0 along broadcast axes
//   axpby_TYPE           contiguous; y is not read where beta is 0
//   apply_mask_TYPE      contiguous; bit i % 64 of word i / 64 belongs to element i
//
// out may be one of the inputs: each element is read before it is written, by the same thread.
// Geometry: one-dimensional grids of any size.
#include "common.cuh"

// ---- activation functions

__device__ __forceinline__ float erfc_(float x) { return erfcf(x); }
__device__ __forceinline__ double erfc_(double x) { return erfc(x); }

template <typename T>
__device__ __forceinline__ T sigmoid(T x) {
  T e = Float<T>::exp(-Float<T>::abs(x));
  return (x >= 0 ? T(1) : e) / (T(1) + e);
}

template <typename T>
__device__ __forceinline__ T normalDistribution(T x) {
  return T(0.5) * erfc_(x * T(-0.70710678118654752440));
}

template <typename T>
__device__ __forceinline__ T normalDensity(T x) {
  return T(0.39894228040143267794) * Float<T>::exp(T(-0.5) * x * x);
}

// pow as Java defines it: NaN where the exponent is NaN, and for 1 to the power of infinity.
__device__ __forceinline__ float power(float x, float y) {
  bool undefined = y != y || (fabsf(x) == 1 && isinf(y));
  return undefined ? __int_as_float(0x7fffffff) : powf(x, y);
}
__device__ __forceinline__ double power(double x, double y) {
  bool undefined = y != y || (fabs(x) == 1 && isinf(y));
  return undefined ? __longlong_as_double(0x7fffffffffffffffll) : pow(x, y);
}

__device__ __forceinline__ float sin_(float x) { return sinf(x); }
__device__ __forceinline__ double sin_(double x) { return sin(x); }
__device__ __forceinline__ float cos_(float x) { return cosf(x); }
__device__ __forceinline__ double cos_(double x) { return cos(x); }
__device__ __forceinline__ float erf_(float x) { return erff(x); }
__device__ __forceinline__ double erf_(double x) { return erf(x); }
__device__ __forceinline__ float tanh_(float x) { return tanhf(x); }
__device__ __forceinline__ double tanh_(double x) { return tanh(x); }

// ---- the maps, in the order and with the names of UnaryOp and BinaryOp

#define UNARY_OPS(ENTRY)                                                                  \
  ENTRY(neg, -x)                                                                          \
  ENTRY(abs, Float<T>::abs(x))                                                            \
  ENTRY(sign, x > 0 ? T(1) : x < 0 ? T(-1) : x)                                           \
  ENTRY(square, x * x)                                                                    \
  ENTRY(sqrt, Float<T>::sqrt(x))                                                          \
  ENTRY(rsqrt, T(1) / Float<T>::sqrt(x))                                                  \
  ENTRY(reciprocal, T(1) / x)                                                             \
  ENTRY(exp, Float<T>::exp(x))                                                            \
  ENTRY(log, Float<T>::log(x))                                                            \
  ENTRY(sin, sin_(x))                                                                     \
  ENTRY(cos, cos_(x))                                                                     \
  ENTRY(erf, erf_(x))                                                                     \
  ENTRY(relu, relu(x))                                                                    \
  ENTRY(step, x > 0 ? T(1) : T(0))                                                        \
  ENTRY(sigmoid, sigmoid(x))                                                              \
  ENTRY(tanh, tanh_(x))                                                                   \
  ENTRY(gelu, x == -Float<T>::infinity() ? T(0) : x * normalDistribution(x))              \
  ENTRY(silu, x == -Float<T>::infinity() ? T(0) : x * sigmoid(x))                         \
  ENTRY(add_scalar, x + p)                                                                \
  ENTRY(mul_scalar, x * p)                                                                \
  ENTRY(pow_scalar, power(x, p))                                                          \
  ENTRY(max_scalar, larger(x, p))                                                         \
  ENTRY(min_scalar, smaller(x, p))

template <typename T>
__device__ __forceinline__ T geluGrad(T dy, T x) {
  T density = normalDensity(x);
  return dy * (normalDistribution(x) + (density == 0 ? T(0) : x * density));
}

template <typename T>
__device__ __forceinline__ T siluGrad(T dy, T x) {
  T s = sigmoid(x);
  T slope = s * (T(1) - s);
  return dy * (s + (slope == 0 ? T(0) : x * slope));
}

#define BINARY_OPS(ENTRY)                                    \
  ENTRY(add, a + b)                                          \
  ENTRY(add_relu, relu(a + b))                               \
  ENTRY(sub, a - b)                                          \
  ENTRY(mul, a * b)                                          \
  ENTRY(div, a / b)                                          \
  ENTRY(max, larger(a, b))                                   \
  ENTRY(min, smaller(a, b))                                  \
  ENTRY(pow, power(a, b))                                    \
  ENTRY(greater, a > b ? T(1) : T(0))                        \
  ENTRY(greater_equal, a >= b ? T(1) : T(0))                 \
  ENTRY(equal, a == b ? T(1) : T(0))                         \
  ENTRY(relu_grad, b > 0 ? a : T(0))                         \
  ENTRY(sigmoid_grad, a * b * (T(1) - b))                    \
  ENTRY(tanh_grad, a * (T(1) - b * b))                       \
  ENTRY(gelu_grad, geluGrad(a, b))                           \
  ENTRY(silu_grad, siluGrad(a, b))

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
