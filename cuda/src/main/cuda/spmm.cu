// Products of a CSR matrix A [M, K] with a dense matrix.
//
//   spmm_TYPE_INDEX_vVlLiI   c = relu(A b + beta c + rowBias + columnBias)
//     b [K, N] with adjacent columns, rows `pitch` elements apart; c [M, N] contiguous. INDEX u16
//     (K <= 65536) or u32. V divides N and pitch, and b and c are aligned to V elements; the values
//     and indices to 16 bytes. L lanes own a row and L V I columns.
//     Grid: ceil(M / (128 / L)) * ceil(N / (L V I)) blocks of 128 threads; K pitch < 2^32.
//   spmv_TYPE_INDEX_nN       the same for N = 1 to 4 columns; b and c of any strides
//     A warp owns a row, its lanes the row's positions. Grid: ceil(M / 4) blocks of 128 threads.
#include "gather_product.cuh"

template <typename T, typename Index, int VEC, int LANES, int ITEMS>
__device__ __forceinline__ void spmm(
    u32 n,
    u32 rows,
    u32 stored,
    const int* order,
    const int* offsets,
    const Index* columns,
    const T* values,
    const T* b,
    u32 pitch,
    T beta,
    T* c,
    const T* rowBias,
    const T* columnBias,
    int relu) {
  GatherProduct<T, Index, VEC, LANES, ITEMS, MatrixItems>::run(
      {n}, {rows, stored, order, offsets, columns, values}, b, pitch,
      {beta, rowBias, columnBias, relu}, c);
}

#define SPMM_INDEX(TYPE, T, INDEX, V, L, I)                                                  \
  extern "C" __global__ void __launch_bounds__(PRODUCT_THREADS)                              \
      spmm_##TYPE##_##INDEX##_v##V##l##L##i##I(                                              \
          u32 n, u32 rows, u32 stored, const int* __restrict__ order,                        \
          const int* __restrict__ offsets, const INDEX* __restrict__ columns,                \
          const T* __restrict__ values, const T* __restrict__ b, u32 pitch, T beta,          \
          T* __restrict__ c, const T* __restrict__ rowBias, const T* __restrict__ columnBias, \
          int relu) {                                                                        \
    spmm<T, INDEX, V, L, I>(n, rows, stored, order, offsets, columns, values, b, pitch, beta, c, \
                            rowBias, columnBias, relu);                                      \
  }
#define SPMM(TYPE, T, V, L, I)        \
  SPMM_INDEX(TYPE, T, u16, V, L, I) \
  SPMM_INDEX(TYPE, T, u32, V, L, I)

SPMM(f32, float, 4, 8, 2)
SPMM(f32, float, 4, 8, 1)
SPMM(f32, float, 2, 16, 2)
SPMM(f32, float, 2, 16, 1)
SPMM(f32, float, 1, 32, 2)
SPMM(f32, float, 1, 32, 1)
SPMM(f32, float, 1, 8, 1)
SPMM(f64, double, 2, 16, 1)
SPMM(f64, double, 1, 32, 1)
SPMM(f64, double, 1, 8, 1)

// ---- few columns

// Each lane reads four neighbouring positions at once, from a vector boundary on.
template <typename T, typename Index, int N>
__device__ __forceinline__ void spmv(
    const Rows<T, Index>& a,
    const T* __restrict__ b,
    u32 rowStep,
    u32 columnStep,
    const Finish<T>& finish,
    T* __restrict__ c,
    i64 outRow,
    i64 outColumn) {
  constexpr int EACH = 4;
  u32 rank = (blockIdx.x * PRODUCT_THREADS + threadIdx.x) / 32;
  if (rank >= a.rows) {
    return;
  }
  u32 lane = threadIdx.x % 32;
  u32 row = a.order[rank];
  u32 begin = a.offsets[row];
  u32 end = a.offsets[row + 1];
  T sums[N] = {};
#pragma unroll 1
  for (u32 p = (begin & ~(EACH - 1)) + lane * EACH; p < end; p += 32 * EACH) {
    Vector<T, EACH> value = {};
    Vector<Index, EACH> column = {};
    if (p + EACH <= a.stored) {
      value = load<EACH>(a.values + p);
      column = load<EACH>(a.columns + p);
    } else {
#pragma unroll
      for (int e = 0; e < EACH; e++) {
        if (p + e < end) {
          value.lane[e] = a.values[p + e];
          column.lane[e] = a.columns[p + e];
        }
      }
    }
#pragma unroll
    for (int e = 0; e < EACH; e++) {
      if (p + e >= begin && p + e < end) {
        const T* from = b + column.lane[e] * rowStep;
#pragma unroll
        for (int j = 0; j < N; j++) {
          sums[j] += value.lane[e] * from[j * columnStep];
        }
      }
    }
  }
#pragma unroll
  for (int j = 0; j < N; j++) {
    sums[j] = warpReduce<Sum<T>>(sums[j]);
  }
  if (lane == 0) {
#pragma unroll
    for (int j = 0; j < N; j++) {
      finish.put(c, row * outRow + j * outColumn, row, j, Vector<T, 1>{{sums[j]}});
    }
  }
}

#define SPMV_INDEX(TYPE, T, INDEX, N)                                                        \
  extern "C" __global__ void __launch_bounds__(PRODUCT_THREADS) spmv_##TYPE##_##INDEX##_n##N( \
      u32 rows, u32 stored, const int* __restrict__ order, const int* __restrict__ offsets,  \
      const INDEX* __restrict__ columns, const T* __restrict__ values,                       \
      const T* __restrict__ b, u32 rowStep, u32 columnStep, T beta, T* __restrict__ c,       \
      i64 outRow, i64 outColumn, const T* __restrict__ rowBias,                              \
      const T* __restrict__ columnBias, int relu) {                                          \
    spmv<T, INDEX, N>({rows, stored, order, offsets, columns, values}, b, rowStep, columnStep, \
                      {beta, rowBias, columnBias, relu}, c, outRow, outColumn);              \
  }
#define SPMV(TYPE, T)           \
  SPMV_INDEX(TYPE, T, u16, 1) \
  SPMV_INDEX(TYPE, T, u16, 2) \
  SPMV_INDEX(TYPE, T, u16, 3) \
  SPMV_INDEX(TYPE, T, u16, 4) \
  SPMV_INDEX(TYPE, T, u32, 1) \
  SPMV_INDEX(TYPE, T, u32, 2) \
  SPMV_INDEX(TYPE, T, u32, 3) \
  SPMV_INDEX(TYPE, T, u32, 4)

SPMV(f32, float)
SPMV(f64, double)
