// The elementwise maps of UnaryOp and BinaryOp, each written once: elementwise.cu makes kernels of
// one map of them, maps.cu functions that the kernels of fused chains are put together from.
#pragma once

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
