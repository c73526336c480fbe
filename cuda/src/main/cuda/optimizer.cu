// Optimiser steps in place, as dev.espalier.tensor.spi.SgdStep and AdamStep define them.
//
//   sgd_TYPE      g' = g + decay w; v = first ? g' : momentum v + (1 - dampening) g';
//                 w -= rate (velocity absent ? g' : nesterov ? g' + momentum v : v)
//   sgd_at_TYPE   at the elements positions[i] alone, each at most once
//   adam_TYPE     m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
//                 w -= rate (m / c1) / (sqrt(v / c2) + eps), weight decay decoupled or in g
//   adam_at_TYPE  likewise at positions
//
// Contiguous w, g, v, m; 16 bytes at a time where all are aligned. A zero weight with zero gradient
// and state stays exactly zero.
// Geometry: one-dimensional grids of any size.
#include "common.cuh"

template <typename T>
struct Sgd {
  T rate;
  T momentum;
  T fresh;  // 1 - dampening
  T decay;
  int nesterov;
  int first;

  __device__ __forceinline__ void plain(T& w, T g) const { w -= rate * (g + decay * w); }

  __device__ __forceinline__ void withMomentum(T& w, T g, T& v) const {
    g += decay * w;
    v = first ? g : momentum * v + fresh * g;
    w -= rate * (nesterov ? g + momentum * v : v);
  }
};

template <typename T>
__device__ __forceinline__ void sgd(const Sgd<T>& step, i64 n, T* w, const T* __restrict__ g, T* v) {
  constexpr int L = Pack<T>::LENGTH;
  bool fast = aligned16(w) && aligned16(g) && aligned16(v);
  i64 packs = fast ? n / L : 0;
#pragma unroll 1
  for (i64 i = firstThread(); i < packs; i += allThreads()) {
    Pack<T> ws = reinterpret_cast<Pack<T>*>(w)[i];
    Pack<T> gs = reinterpret_cast<const Pack<T>*>(g)[i];
    if (v == nullptr) {
#pragma unroll
      for (int j = 0; j < L; j++) {
        step.plain(ws.lane[j], gs.lane[j]);
      }
    } else {
      Pack<T> vs;
      if (!step.first) {
        vs = reinterpret_cast<Pack<T>*>(v)[i];
      }
#pragma unroll
      for (int j = 0; j < L; j++) {
        step.withMomentum(ws.lane[j], gs.lane[j], vs.lane[j]);
      }
      reinterpret_cast<Pack<T>*>(v)[i] = vs;
    }
    reinterpret_cast<Pack<T>*>(w)[i] = ws;
  }
#pragma unroll 1
  for (i64 i = packs * L + firstThread(); i < n; i += allThreads()) {
    if (v == nullptr) {
      step.plain(w[i], g[i]);
    } else {
      T speed = step.first ? T(0) : v[i];
      step.withMomentum(w[i], g[i], speed);
      v[i] = speed;
    }
  }
}

template <typename T>
__device__ __forceinline__ void sgdAt(
    const Sgd<T>& step, i64 n, const int* __restrict__ positions, T* w, const T* __restrict__ g, T* v) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    i64 at = positions[i];
    if (v == nullptr) {
      step.plain(w[at], g[at]);
    } else {
      T speed = step.first ? T(0) : v[at];
      step.withMomentum(w[at], g[at], speed);
      v[at] = speed;
    }
  }
}

template <typename T>
struct Adam {
  T rate;
  T beta1;
  T beta2;
  T fresh1;  // 1 - beta1, which the rounded beta1 does not give to all its digits
  T fresh2;
  T eps;
  T decay;   // weight decay that is added to the gradient
  T keep;    // what decoupled weight decay leaves of the weight: 1 - rate decay
  T first;   // c1 = 1 - beta1^t
  T second;  // c2 = 1 - beta2^t

  __device__ __forceinline__ void apply(T& w, T g, T& m, T& v) const {
    g += decay * w;
    m = beta1 * m + fresh1 * g;
    v = beta2 * v + fresh2 * g * g;
    w = keep * w - rate * (m / first) / (Float<T>::sqrt(v / second) + eps);
  }
};

template <typename T>
__device__ __forceinline__ void adam(
    const Adam<T>& step, i64 n, T* w, const T* __restrict__ g, T* m, T* v) {
  constexpr int L = Pack<T>::LENGTH;
  bool fast = aligned16(w) && aligned16(g) && aligned16(m) && aligned16(v);
  i64 packs = fast ? n / L : 0;
#pragma unroll 1
  for (i64 i = firstThread(); i < packs; i += allThreads()) {
    Pack<T> ws = reinterpret_cast<Pack<T>*>(w)[i];
    Pack<T> gs = reinterpret_cast<const Pack<T>*>(g)[i];
    Pack<T> ms = reinterpret_cast<Pack<T>*>(m)[i];
    Pack<T> vs = reinterpret_cast<Pack<T>*>(v)[i];
#pragma unroll
    for (int j = 0; j < L; j++) {
      step.apply(ws.lane[j], gs.lane[j], ms.lane[j], vs.lane[j]);
    }
    reinterpret_cast<Pack<T>*>(w)[i] = ws;
    reinterpret_cast<Pack<T>*>(m)[i] = ms;
    reinterpret_cast<Pack<T>*>(v)[i] = vs;
  }
#pragma unroll 1
  for (i64 i = packs * L + firstThread(); i < n; i += allThreads()) {
    step.apply(w[i], g[i], m[i], v[i]);
  }
}

template <typename T>
__device__ __forceinline__ void adamAt(
    const Adam<T>& step, i64 n, const int* __restrict__ positions, T* w, const T* __restrict__ g, T* m,
    T* v) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    i64 at = positions[i];
    step.apply(w[at], g[at], m[at], v[at]);
  }
}

#define ENTRIES(suffix, T)                                                                         \
  extern "C" __global__ void sgd_##suffix(Sgd<T> step, i64 n, T* w, const T* g, T* v) {            \
    sgd(step, n, w, g, v);                                                                         \
  }                                                                                                \
  extern "C" __global__ void sgd_at_##suffix(                                                      \
      Sgd<T> step, i64 n, const int* positions, T* w, const T* g, T* v) {                          \
    sgdAt(step, n, positions, w, g, v);                                                            \
  }                                                                                                \
  extern "C" __global__ void adam_##suffix(Adam<T> step, i64 n, T* w, const T* g, T* m, T* v) {    \
    adam(step, n, w, g, m, v);                                                                     \
  }                                                                                                \
  extern "C" __global__ void adam_at_##suffix(                                                     \
      Adam<T> step, i64 n, const int* positions, T* w, const T* g, T* m, T* v) {                   \
    adamAt(step, n, positions, w, g, m, v);                                                        \
  }

ENTRIES(f32, float)
ENTRIES(f64, double)
