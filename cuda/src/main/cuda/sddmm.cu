// Dense products sampled at the stored positions of a sparse matrix.
//
//   sddmm_TYPE_INDEX_vVlLhH   out[p] = sum over n of a[row(p), n] b[column(p), n]
//     a [M, N] contiguous, b [K, N] with adjacent columns and rows `pitch` elements apart. V divides
//     N and pitch, and a and b are aligned to V elements. L lanes own a chunk of H rows.
//     Grid: (ceil(chunks parts / (128 / L)), splits) blocks of 128 threads; K pitch < 2^32; each
//     split takes splitItems columns, a multiple of V.
//   sum_splits_TYPE           out[p] = sum over s of parts[s, p]; any one-dimensional grid
#include "sampled_product.cuh"

#define SDDMM(TYPE, T, INDEX, V, L, H)                                                          \
  extern "C" __global__ void __launch_bounds__(SAMPLED_THREADS)                                 \
      sddmm_##TYPE##_##INDEX##_v##V##l##L##h##H(                                                \
          u32 n, u32 splitItems, Chunks<INDEX> chunks, const T* __restrict__ a,                 \
          const T* __restrict__ b, u32 pitch, T* __restrict__ out) {                            \
    SampledProduct<T, INDEX, V, L, H, MatrixItems>::run({n}, splitItems, chunks, a, b, pitch, out); \
  }
#define SDDMM_HEIGHTS(TYPE, T, V, L) \
  SDDMM(TYPE, T, u16, V, L, 1)       \
  SDDMM(TYPE, T, u32, V, L, 1)       \
  SDDMM(TYPE, T, u32, V, L, 2)       \
  SDDMM(TYPE, T, u32, V, L, 4)       \
  SDDMM(TYPE, T, u32, V, L, 8)

SDDMM_HEIGHTS(f32, float, 4, 8)
SDDMM_HEIGHTS(f32, float, 2, 16)
SDDMM_HEIGHTS(f32, float, 1, 32)
SDDMM_HEIGHTS(f64, double, 1, 32)

template <typename T>
__device__ __forceinline__ void sumSplits(
    u32 stored, u32 splits, const T* __restrict__ parts, T* __restrict__ out) {
#pragma unroll 1
  for (i64 p = firstThread(); p < stored; p += allThreads()) {
    T sum = parts[p];
    for (u32 s = 1; s < splits; s++) {
      sum += parts[p + (i64)s * stored];
    }
    out[p] = sum;
  }
}

#define SUM_SPLITS(TYPE, T)                                                              \
  extern "C" __global__ void sum_splits_##TYPE(                                          \
      u32 stored, u32 splits, const T* __restrict__ parts, T* __restrict__ out) {        \
    sumSplits(stored, splits, parts, out);                                               \
  }

SUM_SPLITS(f32, float)
SUM_SPLITS(f64, double)
