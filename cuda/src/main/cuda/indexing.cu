// Gathering and scattering of rows and elements. Indices are int64, positions int32; both were
// checked to lie inside.
//
//   gather_rows_bN          out[k, :] = x[index[k], :]; x of any strides, N bits an element
//   scatter_add_rows_TYPE   out[index[k], :] += source[k, :] in order of k, without atomics: the warp
//                           of the first k that names a row adds all sources of that row. Work grows
//                           with K^2 / 32 comparisons, whatever the number of rows
//   pick_TYPE               out[r] = x[r, index[r]]
//   unpick_TYPE             out[r, c] = c == index[r] ? source[r] : 0
//   gather_elements_TYPE    values[p] = dense[positions[p]]
//   scatter_elements_TYPE   dense[positions[p]] = values[p]; dense was zeroed
//
// Geometry: one-dimensional grids of any size; scatter_add_rows wants whole warps.
#include "common.cuh"

template <typename T>
__device__ __forceinline__ void gatherRows(
    u32 n, Divisor width, i64 rowStride, i64 columnStride, const i64* __restrict__ index,
    const T* __restrict__ x, T* __restrict__ out) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    u32 k = width.quotient((u32)i);
    i64 column = (u32)i - k * width.value;
    out[i] = x[index[k] * rowStride + column * columnStride];
  }
}

template <typename T>
__device__ __forceinline__ void scatterAddRows(
    u32 count, u32 width, i64 rowStride, i64 columnStride, const i64* __restrict__ index,
    const T* __restrict__ source, T* out) {
  u32 lane = threadIdx.x % 32;
#pragma unroll 1
  for (i64 k = firstThread() / 32; k < count; k += allThreads() / 32) {
    i64 row = index[k];
    bool earlier = false;
#pragma unroll 1
    for (i64 base = 0; base < k && !earlier; base += 32) {
      bool same = base + lane < k && index[base + lane] == row;
      earlier = __ballot_sync(FULL_WARP, same) != 0;
    }
    if (earlier) {
      continue;
    }
    T* to = out + row * width;
#pragma unroll 1
    for (i64 base = k; base < count; base += 32) {
      bool same = base + lane < count && index[base + lane] == row;
      u32 found = __ballot_sync(FULL_WARP, same);
      while (found != 0) {
        const T* from = source + (base + __ffs(found) - 1) * rowStride;
        found &= found - 1;
        for (u32 column = lane; column < width; column += 32) {
          to[column] += from[column * columnStride];
        }
      }
    }
  }
}

template <typename T>
__device__ __forceinline__ void pick(
    i64 rows, i64 rowStride, i64 columnStride, const i64* __restrict__ index,
    const T* __restrict__ x, T* __restrict__ out) {
#pragma unroll 1
  for (i64 r = firstThread(); r < rows; r += allThreads()) {
    out[r] = x[r * rowStride + index[r] * columnStride];
  }
}

template <typename T>
__device__ __forceinline__ void unpick(
    u32 n, Divisor columns, i64 stride, const i64* __restrict__ index,
    const T* __restrict__ source, T* __restrict__ out) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    u32 r = columns.quotient((u32)i);
    u32 column = (u32)i - r * columns.value;
    out[i] = index[r] == column ? source[r * stride] : T(0);
  }
}

template <typename T>
__device__ __forceinline__ void gatherElements(
    i64 n, const int* __restrict__ positions, const T* __restrict__ dense, T* __restrict__ values) {
#pragma unroll 1
  for (i64 p = firstThread(); p < n; p += allThreads()) {
    values[p] = dense[positions[p]];
  }
}

template <typename T>
__device__ __forceinline__ void scatterElements(
    i64 n, const int* __restrict__ positions, const T* __restrict__ values, T* __restrict__ dense) {
#pragma unroll 1
  for (i64 p = firstThread(); p < n; p += allThreads()) {
    dense[positions[p]] = values[p];
  }
}

#define GATHER_ROWS_ENTRY(bits, T)                                                             \
  extern "C" __global__ void gather_rows_b##bits(                                              \
      u32 n, Divisor width, i64 rowStride, i64 columnStride, const i64* index, const T* x,     \
      T* out) {                                                                                \
    gatherRows(n, width, rowStride, columnStride, index, x, out);                              \
  }

GATHER_ROWS_ENTRY(8, u8)
GATHER_ROWS_ENTRY(16, u16)
GATHER_ROWS_ENTRY(32, u32)
GATHER_ROWS_ENTRY(64, u64)

#define TYPE_ENTRIES(suffix, T)                                                                    \
  extern "C" __global__ void scatter_add_rows_##suffix(                                            \
      u32 count, u32 width, i64 rowStride, i64 columnStride, const i64* index, const T* source,    \
      T* out) {                                                                                    \
    scatterAddRows(count, width, rowStride, columnStride, index, source, out);                     \
  }                                                                                                \
  extern "C" __global__ void pick_##suffix(                                                        \
      i64 rows, i64 rowStride, i64 columnStride, const i64* index, const T* x, T* out) {           \
    pick(rows, rowStride, columnStride, index, x, out);                                            \
  }                                                                                                \
  extern "C" __global__ void unpick_##suffix(                                                      \
      u32 n, Divisor columns, i64 stride, const i64* index, const T* source, T* out) {             \
    unpick(n, columns, stride, index, source, out);                                                \
  }                                                                                                \
  extern "C" __global__ void gather_elements_##suffix(                                             \
      i64 n, const int* positions, const T* dense, T* values) {                                    \
    gatherElements(n, positions, dense, values);                                                   \
  }                                                                                                \
  extern "C" __global__ void scatter_elements_##suffix(                                            \
      i64 n, const int* positions, const T* values, T* dense) {                                    \
    scatterElements(n, positions, values, dense);                                                  \
  }

TYPE_ENTRIES(f32, float)
TYPE_ENTRIES(f64, double)
