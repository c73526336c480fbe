// Products of a 2:4 sparse matrix A [M, K] with a dense matrix on sparse tensor cores. Opt-in:
// operands are bf16 or f16, sums float32.
//
//   nm_mma_TYPE   c = relu(A b + beta c + rowBias + columnBias)
//     values [M, K / 2], the two stored of every four columns; b [K, N] with rows `pitch` elements
//     apart; c [M, N] contiguous float32. Rows of values and b are aligned to 16 bytes (pitches are
//     multiples of 8). places: for every 16 rows and 32 columns, 16 words; word 2 g + h has in its
//     low half the places of row g, columns 16 h to 16 h + 15, four bits for each four columns (the
//     lower place in the lower two bits), and in its high half those of row g + 8; words exist for
//     whole 64 rows. Where A has no element the word has any valid places.
//     A block of threads owns 64 rows and 128 columns, each of its four warps 32 x 64.
//     Grid: ceil(M / 64) * ceil(N / 128) blocks of 128 threads.
//
// Steps of 32 columns of A are copied asynchronously to a ring of four stages; pieces are swizzled,
// so that the main loop has no bank conflicts.
#include "mma.cuh"
#include "sparse.cuh"

constexpr int NM_THREADS = 128;
constexpr u32 NM_ROWS = 64;
constexpr u32 NM_COLUMNS = 128;
constexpr u32 NM_STEP = 32;
constexpr int NM_STAGES = 4;

template <typename T>
__device__ __forceinline__ void sparseStep(
    float (&d)[4], const u32 (&a)[4], const u32 (&b)[4], u32 places);

template <>
__device__ __forceinline__ void sparseStep<__nv_bfloat16>(
    float (&d)[4], const u32 (&a)[4], const u32 (&b)[4], u32 places) {
  asm volatile(
      "mma.sp.sync.aligned.m16n8k32.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
      "{%8,%9,%10,%11}, {%0,%1,%2,%3}, %12, 0x0;"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(b[2]), "r"(b[3]),
        "r"(places));
}

template <>
__device__ __forceinline__ void sparseStep<__half>(
    float (&d)[4], const u32 (&a)[4], const u32 (&b)[4], u32 places) {
  asm volatile(
      "mma.sp.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
      "{%8,%9,%10,%11}, {%0,%1,%2,%3}, %12, 0x0;"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(b[2]), "r"(b[3]),
        "r"(places));
}

template <typename T>
struct NmProduct {
  using Dense = PieceTile<NM_COLUMNS / 8>;
  using Weights = PieceTile<NM_STEP / 2 / 8>;
  static constexpr u32 DENSE_BYTES = NM_STEP * NM_COLUMNS * sizeof(T);
  static constexpr u32 STAGE_BYTES = DENSE_BYTES + NM_ROWS * NM_STEP / 2 * sizeof(T);

  static __device__ __forceinline__ void copyStep(
      u32 stage,
      const T* __restrict__ values,
      u32 valuesPitch,
      const T* __restrict__ b,
      u32 pitch,
      u32 m,
      u32 k,
      u32 n,
      u32 firstRow,
      u32 firstColumn,
      u32 at) {
#pragma unroll
    for (u32 i = 0; i < NM_STEP * NM_COLUMNS / 8 / NM_THREADS; i++) {
      u32 index = i * NM_THREADS + threadIdx.x;
      u32 row = index / (NM_COLUMNS / 8);
      u32 piece = index % (NM_COLUMNS / 8);
      u32 column = firstColumn + piece * 8;
      bool inside = at + row < k && column < n;
      copyPiece(stage + Dense::place(row, piece),
                b + (inside ? (u64)(at + row) * pitch + column : 0),
                inside ? min(PIECE, (n - column) * (u32)sizeof(T)) : 0);
    }
    u32 row = threadIdx.x / 2;
    u32 piece = threadIdx.x % 2;
    u32 column = at / 2 + piece * 8;
    bool inside = firstRow + row < m && column < k / 2;
    copyPiece(stage + DENSE_BYTES + Weights::place(row, piece),
              values + (inside ? (u64)(firstRow + row) * valuesPitch + column : 0),
              inside ? min(PIECE, (k / 2 - column) * (u32)sizeof(T)) : 0);
    commitCopies();
  }

  static __device__ __forceinline__ void run(
      u32 m,
      u32 k,
      u32 n,
      const T* __restrict__ values,
      u32 valuesPitch,
      const u32* __restrict__ places,
      const T* __restrict__ b,
      u32 pitch,
      const Finish<float>& finish,
      float* __restrict__ c) {
    __shared__ alignas(128) unsigned char ring[NM_STAGES * STAGE_BYTES];
    u32 lane = threadIdx.x % 32;
    u32 warp = threadIdx.x / 32;
    u32 warpRow = warp / 2 * 32;
    u32 warpColumn = warp % 2 * 64;
    u32 blocksOfRows = (m + NM_ROWS - 1) / NM_ROWS;
    u32 tile = blockIdx.x / blocksOfRows;
    u32 firstRow = (blockIdx.x - tile * blocksOfRows) * NM_ROWS;
    u32 firstColumn = tile * NM_COLUMNS;
    u32 base = sharedAddress(ring);
    u32 steps = (k + NM_STEP - 1) / NM_STEP;
    // the words of this warp's two groups of 16 rows
    const u32* words = places + (u64)(firstRow + warpRow) / 16 * steps * 16
        + lane / 4 * 2 + lane % 2;
    float sums[2][8][4] = {};
#pragma unroll
    for (u32 s = 0; s < NM_STAGES - 1; s++) {
      copyStep(base + s * STAGE_BYTES, values, valuesPitch, b, pitch, m, k, n, firstRow,
               firstColumn, s * NM_STEP);
    }
#pragma unroll 1
    for (u32 step = 0; step < steps; step++) {
      u32 which[2] = {words[step * 16], words[(steps + step) * 16]};
      awaitCopies<NM_STAGES - 2>();
      __syncthreads();  // this step has arrived for all, and all are done with the one before
      copyStep(base + (step + NM_STAGES - 1) % NM_STAGES * STAGE_BYTES, values, valuesPitch, b,
               pitch, m, k, n, firstRow, firstColumn, (step + NM_STAGES - 1) * NM_STEP);
      u32 dense = base + step % NM_STAGES * STAGE_BYTES;
      u32 weights = dense + DENSE_BYTES;
      u32 matrix = lane / 8;
      u32 rows[2][4];
#pragma unroll
      for (int half = 0; half < 2; half++) {
        u32 row = warpRow + half * 16 + matrix % 2 * 8 + lane % 8;
        loadMatrices(rows[half], weights + Weights::place(row, matrix / 2));
      }
#pragma unroll
      for (int eight = 0; eight < 8; eight++) {
        u32 columns[4];
        loadMatricesTransposed(columns, dense + Dense::place(lane, warpColumn / 8 + eight));
        sparseStep<T>(sums[0][eight], rows[0], columns, which[0]);
        sparseStep<T>(sums[1][eight], rows[1], columns, which[1]);
      }
    }
    awaitCopies<0>();
    __syncthreads();
    // through shared memory, so that whole rows are stored; 136: a fragment's rows lie 8 banks apart
    constexpr u32 PITCH = NM_COLUMNS + 8;
    static_assert(NM_ROWS * PITCH * sizeof(float) <= sizeof(ring), "the result fits in the stages");
    float* results = reinterpret_cast<float*>(ring);
#pragma unroll
    for (int half = 0; half < 2; half++) {
#pragma unroll
      for (int eight = 0; eight < 8; eight++) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
          u32 row = warpRow + half * 16 + i * 8 + lane / 4;
          u32 column = warpColumn + eight * 8 + lane % 4 * 2;
          float* pair = sums[half][eight] + 2 * i;
          // as one store: two would meet in the same banks
          asm volatile("st.shared.v2.f32 [%0], {%1, %2};" ::"r"(
                           sharedAddress(results + row * PITCH + column)),
                       "f"(pair[0]), "f"(pair[1])
                       : "memory");
        }
      }
    }
    __syncthreads();
    u32 column = firstColumn + threadIdx.x;
    if (column < n) {
#pragma unroll 1
      for (u32 row = 0; row < NM_ROWS && firstRow + row < m; row++) {
        u32 outRow = firstRow + row;
        finish.put(c, (i64)outRow * n + column, outRow, column,
                   Vector<float, 1>{{results[row * PITCH + threadIdx.x]}});
      }
    }
  }
};

#define NM_MMA(TYPE, T)                                                                        \
  extern "C" __global__ void __launch_bounds__(NM_THREADS) nm_mma_##TYPE(                      \
      u32 m, u32 k, u32 n, const T* __restrict__ values, u32 valuesPitch,                      \
      const u32* __restrict__ places, const T* __restrict__ b, u32 pitch, float beta,          \
      float* __restrict__ c, const float* __restrict__ rowBias,                                \
      const float* __restrict__ columnBias, int relu) {                                        \
    NmProduct<T>::run(m, k, n, values, valuesPitch, places, b, pitch,                          \
                      {beta, rowBias, columnBias, relu}, c);                                   \
  }

NM_MMA(bf16, __nv_bfloat16)
NM_MMA(f16, __half)
