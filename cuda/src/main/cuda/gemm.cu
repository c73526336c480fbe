// Matrix products: c = finish(alpha a b + beta c), a [M, K], b [K, N] of any strides, c [M, N] with
// adjacent columns, for each of `layers` batches.
//
//   gemm_AB_TILE_TYPE   A, B in {k, x}: whether neighbouring threads read the operand along k or
//                       along its other axis, which should be the one of stride 1 (16 bytes at a
//                       time where aligned). TILE in {large, medium, small}: 128, 64 or 32 rows and
//                       columns; large is float32 only. With splits > 1 the launcher asks for plain
//                       sums, alpha 1 and beta 0, into [splits, layers, M, N] for split_sum.
//   gemm_AB_tf32, _bf16, _f16   float32 operands rounded for tensor cores, sums in float32
//   split_sum_TYPE      c = finish(alpha (sum over splits, in order) + beta c)
//   gemv_rows_TYPE      c[x] = finish(alpha sum_k a[x, k] v[k] + beta c[x]): a warp for each x, for
//                       matrices adjacent along k
//   gemv_columns_TYPE   likewise, a lane for each x and 8 rows of lanes that share k, for matrices
//                       adjacent along x
//
// finish adds a bias per row and per column and clamps at zero, where asked. The terms of a result
// are added in order of k whatever the tile, so only `splits` and the gemv paths, which depend on
// the shape, decide a result's bits.
// Geometry: a block of 256 threads (64 for small) for each tile; otherwise blocks of 256 (32 x 8 for
// gemv_columns) and grids of any size.
#include "tiles.cuh"

template <typename T>
struct Operands {
  const T* a;
  const T* b;
  T* c;
  const T* rowBias;     // or null
  const T* columnBias;  // or null
  i64 aLayer;
  i64 aRow;
  i64 aColumn;
  i64 bLayer;
  i64 bRow;
  i64 bColumn;
  i64 cLayer;
  i64 cRow;
  i64 cSplit;
  i64 rowBiasStride;
  i64 columnBiasStride;
  T alpha;
  T beta;
  int clamp;
  int aPacked;  // see Matrix
  int bPacked;
  int cPacked;  // every pack of 16 bytes of c is aligned

  // Turns the sums of a tile into results, one pass for each thing asked for.
  template <typename Tile>
  __device__ __forceinline__ void finish(
      const Work& work, u32 m0, u32 n0, const T* old, Tile& tile) const {
    if (alpha != 1) {
      tile.forEach([&](u32, u32, T& value) { value *= alpha; });
    }
    // outside the matrix the last element is read instead: nothing is written there
    u32 lastRow = work.m - 1;
    u32 lastColumn = work.n - 1;
    if (beta != 0) {
      tile.forEach([&](u32 i, u32 j, T& value) {
        value += beta * old[min(m0 + i, lastRow) * cRow + min(n0 + j, lastColumn)];
      });
    }
    if (rowBias != nullptr) {
      tile.forEach([&](u32 i, u32, T& value) {
        value += rowBias[min(m0 + i, lastRow) * rowBiasStride];
      });
    }
    if (columnBias != nullptr) {
      tile.forEach([&](u32, u32 j, T& value) {
        value += columnBias[min(n0 + j, lastColumn) * columnBiasStride];
      });
    }
    if (clamp) {
      tile.forEach([&](u32, u32, T& value) { value = relu(value); });
    }
  }

  __device__ __forceinline__ T finish(u32 row, u32 column, T sum, const T* old) const {
    T value = alpha * sum;
    if (beta != 0) {
      value += beta * *old;
    }
    if (rowBias != nullptr) {
      value += rowBias[row * rowBiasStride];
    }
    if (columnBias != nullptr) {
      value += columnBias[column * columnBiasStride];
    }
    return clamp ? relu(value) : value;
  }
};

// Writes L adjacent values, aligned to their size.
template <int L, typename T>
__device__ __forceinline__ void writePack(T* to, const T* value) {
  struct alignas(L * sizeof(T)) Values {
    T lane[L];
  } values;
#pragma unroll
  for (int l = 0; l < L; l++) {
    values.lane[l] = value[l];
  }
  *reinterpret_cast<Values*>(to) = values;
}

template <typename Tile, bool A_ALONG_K, bool B_ALONG_K, typename T>
__device__ __forceinline__ void gemm(const Work& work, const Operands<T>& o) {
  __shared__ Panels<Tile> panels;
  work.withTile<Tile::BM, Tile::BN>([&](u32 m0, u32 n0, u32 layer, u32 split) {
    Matrix<T> a = {o.a + layer * o.aLayer, o.aRow, o.aColumn, work.m, o.aPacked != 0};
    Matrix<T> b = {o.b + layer * o.bLayer, o.bColumn, o.bRow, work.n, o.bPacked != 0};
    Tile tile;
    u32 begin = split * work.depth;
    addProducts<A_ALONG_K, B_ALONG_K>(
        a, b, m0, n0, begin, min(work.k, begin + work.depth), panels, tile);
    T* c = o.c + split * o.cSplit + layer * o.cLayer;
    o.finish(work, m0, n0, c, tile);
    tile.forEachPack([&](u32 i, u32 j, const T* value) {
      u32 row = m0 + i;
      u32 column = n0 + j;
      if (row >= work.m) {
        return;
      }
      T* to = c + row * o.cRow + column;
      if (o.cPacked && column + Tile::L <= work.n) {
        writePack<Tile::L>(to, value);
      } else {
#pragma unroll
        for (int l = 0; l < Tile::L; l++) {
          if (column + l < work.n) {
            to[l] = value[l];
          }
        }
      }
    });
  });
}

template <typename T>
__device__ __forceinline__ void splitSum(
    const Work& work, const Operands<T>& o, Divisor byN, Divisor byM, const T* __restrict__ partial) {
  i64 size = (i64)work.layers * work.m * work.n;
#pragma unroll 1
  for (i64 i = firstThread(); i < size; i += allThreads()) {
    T sum = partial[i];
#pragma unroll 4
    for (u32 split = 1; split < work.splits; split++) {
      sum += partial[split * size + i];
    }
    u32 line = byN.quotient((u32)i);
    u32 column = (u32)i - line * work.n;
    u32 layer = byM.quotient(line);
    u32 row = line - layer * work.m;
    T* to = o.c + layer * o.cLayer + row * o.cRow + column;
    *to = o.finish(row, column, sum, to);
  }
}

// A vector product: element x of the result from row x of a matrix; c is o.c + x cStride. `rows`
// says whether x is a row of c, for the biases.
template <typename T>
struct Vector {
  const T* matrix;
  const T* vector;
  i64 xStride;
  i64 kStride;
  i64 vectorStride;
  i64 cStride;
  u32 extent;
  u32 k;
  int rows;

  __device__ __forceinline__ void write(const Operands<T>& o, u32 x, T sum) const {
    T* to = o.c + x * cStride;
    *to = o.finish(rows ? x : 0, rows ? 0 : x, sum, to);
  }
};

template <typename T>
__device__ __forceinline__ void gemvRows(const Vector<T>& v, const Operands<T>& o) {
  u32 lane = threadIdx.x % 32;
#pragma unroll 1
  for (i64 x = firstThread() / 32; x < v.extent; x += allThreads() / 32) {
    const T* row = v.matrix + x * v.xStride;
    T sum = 0;
#pragma unroll 4
    for (u32 k = lane; k < v.k; k += 32) {
      sum += row[k * v.kStride] * v.vector[k * v.vectorStride];
    }
    sum = warpReduce<Sum<T>>(sum);
    if (lane == 0) {
      v.write(o, (u32)x, sum);
    }
  }
}

template <typename T>
__device__ __forceinline__ void gemvColumns(const Vector<T>& v, const Operands<T>& o) {
  __shared__ T parts[8][32];
#pragma unroll 1
  for (i64 x0 = (i64)blockIdx.x * 32; x0 < v.extent; x0 += (i64)gridDim.x * 32) {
    i64 x = x0 + threadIdx.x;
    T sum = 0;
    if (x < v.extent) {
      const T* row = v.matrix + x * v.xStride;
#pragma unroll 4
      for (u32 k = threadIdx.y; k < v.k; k += 8) {
        sum += row[k * v.kStride] * v.vector[k * v.vectorStride];
      }
    }
    parts[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y == 0 && x < v.extent) {
#pragma unroll
      for (int row = 1; row < 8; row++) {
        sum += parts[row][threadIdx.x];
      }
      v.write(o, (u32)x, sum);
    }
    __syncthreads();
  }
}

// ---- entries

#define GEMM_ENTRY(name, TILE, A, B, T)                                                      \
  extern "C" __global__ void __launch_bounds__(TILE::THREADS)                             \
      gemm_##name(Work work, Operands<T> operands) {                                         \
    gemm<TILE, A, B>(work, operands);                                                        \
  }

#define LAYOUT_ENTRIES(name, TILE, T)               \
  GEMM_ENTRY(kk_##name, TILE, true, true, T)        \
  GEMM_ENTRY(kx_##name, TILE, true, false, T)       \
  GEMM_ENTRY(xk_##name, TILE, false, true, T)       \
  GEMM_ENTRY(xx_##name, TILE, false, false, T)

typedef FMA_LARGE_f32 LargeF32;
typedef FMA_MEDIUM_f32 MediumF32;
typedef FMA_SMALL_f32 SmallF32;
typedef FMA_MEDIUM_f64 MediumF64;
typedef FMA_SMALL_f64 SmallF64;

LAYOUT_ENTRIES(large_f32, LargeF32, float)
LAYOUT_ENTRIES(medium_f32, MediumF32, float)
LAYOUT_ENTRIES(small_f32, SmallF32, float)
LAYOUT_ENTRIES(medium_f64, MediumF64, double)
LAYOUT_ENTRIES(small_f64, SmallF64, double)
LAYOUT_ENTRIES(tf32, TensorTile<TF32>, float)
LAYOUT_ENTRIES(bf16, TensorTile<BF16>, float)
LAYOUT_ENTRIES(f16, TensorTile<F16>, float)

#define TYPE_ENTRIES(suffix, T)                                                                   \
  extern "C" __global__ void split_sum_##suffix(                                                  \
      Work work, Operands<T> operands, Divisor byN, Divisor byM, const T* partial) {              \
    splitSum(work, operands, byN, byM, partial);                                                  \
  }                                                                                               \
  extern "C" __global__ void gemv_rows_##suffix(Vector<T> vector, Operands<T> operands) {         \
    gemvRows(vector, operands);                                                                   \
  }                                                                                               \
  extern "C" __global__ void gemv_columns_##suffix(Vector<T> vector, Operands<T> operands) {      \
    gemvColumns(vector, operands);                                                                \
  }

TYPE_ENTRIES(f32, float)
TYPE_ENTRIES(f64, double)
