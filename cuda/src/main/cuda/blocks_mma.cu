// Products of a matrix of square dense blocks with a dense matrix, and products sampled at its blocks,
// on tensor cores. Opt-in: operands are bf16, f16 or float32 rounded to tf32; sums are float32.
//
//   blocks_mma_TYPE_bB     c = relu(A b + beta c + rowBias + columnBias)
//   blocks_mma_TYPE_bBt    the same with each stored block transposed as it is read: with the index of
//                          the transposed pattern, whose entry p is block blocks[p], this multiplies
//                          with the transpose of the very same values
//     b [K, N] with rows `pitch` elements apart, c [M, N] contiguous float32. A block of threads owns
//     one row of blocks and 128 columns, each of its four warps 32 columns.
//     Grid: rows * ceil(N / 128) blocks of 128 threads.
//   sampled_mma_TYPE_bB    out[block, i, j] = sum over n of a[i, n] b[j, n] at each stored block
//     a [M, N] and b [K, N] with rows `leftPitch` and `pitch` elements apart; out float32. A block of
//     threads owns 64 stored columns of one row of blocks. Splits of N and sum_splits as in sddmm.
//     Grid: (chunks, splits) blocks of 128 threads; splitItems a multiple of 128 bytes.
//
// B is 8, 16, 32 or 64. Pitches are multiples of 16 bytes, and all operands are aligned to them.
// Columns stand on the 16-row side of the instruction and the block's rows on its 8-column side: a
// block of 8 rows fills it.
//
// The stored columns of a row of blocks are one run, which is walked in steps of 64 bytes; steps are
// copied asynchronously to shared memory in a ring of stages. All shared-memory accesses of the main
// loop are free of bank conflicts: pieces are swizzled, and tf32 operands that have to be read across
// rows lie in rows of 8 banks more than a multiple of 32.
#include "mma.cuh"
#include "sparse.cuh"

constexpr int MMA_THREADS = 128;
constexpr u32 MMA_COLUMNS = 128;  // of the product, per block of threads

template <typename T>
constexpr u32 PIECE_ELEMENTS = PIECE / sizeof(T);

struct MmaRows {
  u32 rows;            // of blocks
  const int* order;    // the rows of blocks by descending length
  const int* offsets;  // rows + 1; stored columns
  const u32* columns;  // of each stored column
  const int* blocks;   // where each entry's block is stored, or null: in order
};

// The dense operand's tile of the product: STEP rows of 128 elements.
template <typename T, u32 STEP>
struct DenseTile {
  static constexpr u32 PIECES = MMA_COLUMNS / PIECE_ELEMENTS<T>;
  static constexpr u32 BYTES = STEP * PIECES * PIECE;

  static __device__ __forceinline__ u32 place(u32 row, u32 piece) {
    return PieceTile<PIECES>::place(row, piece);
  }

  // The 16 columns from `column` on and the inner elements of step s, columns as rows.
  static __device__ __forceinline__ void fragment(u32 (&a)[4], u32 tile, u32 column, u32 s, u32 lane) {
    u32 matrix = lane / 8;
    u32 row = s * 16 + matrix / 2 * 8 + lane % 8;
    loadMatricesTransposed(a, tile + place(row, column / 8 + matrix % 2));
  }
};

template <u32 STEP>
struct DenseTile<Tf32, STEP> {
  static constexpr u32 PIECES = MMA_COLUMNS / 4;
  static constexpr u32 PITCH = (MMA_COLUMNS + 8) * 4;
  static constexpr u32 BYTES = STEP * PITCH;

  static __device__ __forceinline__ u32 place(u32 row, u32 piece) {
    return row * PITCH + piece * PIECE;
  }

  static __device__ __forceinline__ void fragment(u32 (&a)[4], u32 tile, u32 column, u32 s, u32 lane) {
    u32 from = tile + (s * 8 + lane % 4) * PITCH + (column + lane / 4) * 4;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      u32 bits;
      asm volatile("ld.shared.u32 %0, [%1];"
                   : "=r"(bits)
                   : "r"(from + i / 2 * 4 * PITCH + i % 2 * 32)
                   : "memory");
      a[i] = Mma<Tf32>::operand(bits);
    }
  }
};

// The weights' tile of the product: STEP stored columns of BLOCK rows. Fragments are of 8 rows.
template <typename T, u32 BLOCK, u32 STEP, bool TRANSPOSED>
struct WeightTile {
  static constexpr u32 ROWS = TRANSPOSED ? STEP : BLOCK;
  static constexpr u32 PIECES = (TRANSPOSED ? BLOCK : STEP) / PIECE_ELEMENTS<T>;
  static constexpr u32 BYTES = ROWS * PIECES * PIECE;

  static __device__ __forceinline__ u32 place(u32 row, u32 piece) {
    return PieceTile<PIECES>::place(row, piece);
  }

  static __device__ __forceinline__ void fragment(u32 (&b)[2], u32 tile, u32 eight, u32 s, u32 lane) {
    u32 half = lane / 8 % 2;
    if constexpr (TRANSPOSED) {
      loadMatrixPairTransposed(b, tile + place(s * 16 + half * 8 + lane % 8, eight));
    } else {
      loadMatrixPair(b, tile + place(eight * 8 + lane % 8, s * 2 + half));
      b[0] = Mma<T>::operand(b[0]);
      b[1] = Mma<T>::operand(b[1]);
    }
  }
};

template <u32 BLOCK, u32 STEP>
struct WeightTile<Tf32, BLOCK, STEP, true> {
  static constexpr u32 ROWS = STEP;
  static constexpr u32 PIECES = BLOCK / 4;
  static constexpr u32 PITCH = (BLOCK <= 16 ? BLOCK : BLOCK + 8) * 4;
  static constexpr u32 BYTES = STEP * PITCH;

  // Two rows of 16 fill the banks: of four that are read together, the second two lie the other way
  // round.
  static constexpr u32 FLIP = BLOCK == 16 ? 2 : 0;

  static __device__ __forceinline__ u32 place(u32 row, u32 piece) {
    return row * PITCH + (piece ^ (row & FLIP)) * PIECE;
  }

  static __device__ __forceinline__ void fragment(u32 (&b)[2], u32 tile, u32 eight, u32 s, u32 lane) {
    u32 row = s * 8 + lane % 4;
    u32 from = tile + place(row, eight * 2 + lane / 16) + lane / 4 % 4 * 4;
#pragma unroll
    for (int i = 0; i < 2; i++) {
      u32 bits;
      asm volatile("ld.shared.u32 %0, [%1];" : "=r"(bits) : "r"(from + i * 4 * PITCH) : "memory");
      b[i] = Mma<Tf32>::operand(bits);
    }
  }
};

template <typename T, u32 BLOCK, bool TRANSPOSED>
struct BlockMma {
  static constexpr u32 STEP = 4 * PIECE_ELEMENTS<T>;  // stored columns at a time
  static constexpr int STAGES = 3;
  static constexpr int EIGHTS = BLOCK / 8;
  using Dense = DenseTile<T, STEP>;
  using Weights = WeightTile<T, BLOCK, STEP, TRANSPOSED>;
  static constexpr u32 DENSE_LOADS = STEP * Dense::PIECES / MMA_THREADS;
  static constexpr u32 WEIGHT_PIECES = Weights::ROWS * Weights::PIECES;
  static constexpr u32 WEIGHT_LOADS = (WEIGHT_PIECES + MMA_THREADS - 1) / MMA_THREADS;
  static constexpr u32 STAGE_BYTES = Dense::BYTES + Weights::BYTES;

  static __device__ __forceinline__ void copyStep(
      u32 stage,
      const MmaRows& a,
      const T* __restrict__ values,
      const T* __restrict__ b,
      u32 pitch,
      u32 n,
      u32 firstColumn,
      u32 at,
      u32 end) {
#pragma unroll
    for (u32 i = 0; i < DENSE_LOADS; i++) {
      u32 index = i * MMA_THREADS + threadIdx.x;
      u32 row = index / Dense::PIECES;
      u32 piece = index % Dense::PIECES;
      u32 column = firstColumn + piece * PIECE_ELEMENTS<T>;
      const T* from = b;
      u32 bytes = 0;
      if (at + row < end && column < n) {
        from = b + (u64)a.columns[at + row] * pitch + column;
        bytes = min(PIECE, (n - column) * (u32)sizeof(T));
      }
      copyPiece(stage + Dense::place(row, piece), from, bytes);
    }
#pragma unroll
    for (u32 i = 0; i < WEIGHT_LOADS; i++) {
      u32 index = i * MMA_THREADS + threadIdx.x;
      if (WEIGHT_PIECES % MMA_THREADS == 0 || index < WEIGHT_PIECES) {
        u32 row = index / Weights::PIECES;
        u32 piece = index % Weights::PIECES;
        u32 column = at + (TRANSPOSED ? row : piece * PIECE_ELEMENTS<T>);
        const T* from = values;
        u32 bytes = 0;
        if (column < end) {
          u32 entry = column / BLOCK;
          u32 block = a.blocks == nullptr ? entry : a.blocks[entry];
          u32 within = column % BLOCK;
          from = values
              + (TRANSPOSED ? (block * BLOCK + within) * BLOCK + piece * PIECE_ELEMENTS<T>
                            : (block * BLOCK + row) * BLOCK + within);
          bytes = PIECE;
        }
        copyPiece(stage + Dense::BYTES + Weights::place(row, piece), from, bytes);
      }
    }
    commitCopies();
  }

  static __device__ __forceinline__ void run(
      const MmaRows& a,
      const T* __restrict__ values,
      u32 n,
      const T* __restrict__ b,
      u32 pitch,
      const Finish<float>& finish,
      float* __restrict__ c) {
    __shared__ alignas(128) unsigned char ring[STAGES * STAGE_BYTES];
    u32 lane = threadIdx.x % 32;
    u32 warpColumn = threadIdx.x / 32 * 32;
    u32 tile = blockIdx.x / a.rows;
    u32 blockRow = a.order[blockIdx.x - tile * a.rows];
    u32 firstColumn = tile * MMA_COLUMNS;
    u32 begin = a.offsets[blockRow];
    u32 end = a.offsets[blockRow + 1];
    u32 base = sharedAddress(ring);
    float sums[2][EIGHTS][4] = {};
#pragma unroll
    for (u32 s = 0; s < STAGES - 1; s++) {
      copyStep(base + s * STAGE_BYTES, a, values, b, pitch, n, firstColumn, begin + s * STEP, end);
    }
    u32 stage = 0;
#pragma unroll 1
    for (u32 at = begin; at < end; at += STEP) {
      awaitCopies<STAGES - 2>();
      __syncthreads();  // this step has arrived for all, and all are done with the one before
      u32 ahead = stage == 0 ? STAGES - 1 : stage - 1;
      copyStep(base + ahead * STAGE_BYTES, a, values, b, pitch, n, firstColumn,
               at + (STAGES - 1) * STEP, end);
      u32 dense = base + stage * STAGE_BYTES;
      u32 weights = dense + Dense::BYTES;
#pragma unroll 1
      for (u32 s = 0; s < 2; s++) {
        u32 columns[2][4];
        Dense::fragment(columns[0], dense, warpColumn, s, lane);
        Dense::fragment(columns[1], dense, warpColumn + 16, s, lane);
#pragma unroll
        for (int eight = 0; eight < EIGHTS; eight++) {
          u32 rows[2];
          Weights::fragment(rows, weights, eight, s, lane);
          Mma<T>::step(sums[0][eight], columns[0], rows);
          Mma<T>::step(sums[1][eight], columns[1], rows);
        }
      }
      stage = stage == STAGES - 1 ? 0 : stage + 1;
    }
    awaitCopies<0>();
    __syncthreads();
    // through shared memory, so that whole rows are stored; 132: a fragment's rows lie 8 banks apart
    constexpr u32 PITCH = MMA_COLUMNS + 4;
    static_assert(BLOCK * PITCH * sizeof(float) <= sizeof(ring), "the result fits where the stages were");
    float* results = reinterpret_cast<float*>(ring);
#pragma unroll
    for (int half = 0; half < 2; half++) {
#pragma unroll
      for (int eight = 0; eight < EIGHTS; eight++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
          u32 column = warpColumn + half * 16 + i / 2 * 8 + lane / 4;
          u32 row = eight * 8 + lane % 4 * 2 + i % 2;
          results[row * PITCH + column] = sums[half][eight][i];
        }
      }
    }
    __syncthreads();
    u32 column = firstColumn + threadIdx.x;
    if (column < n) {
#pragma unroll 1
      for (u32 row = 0; row < BLOCK; row++) {
        u32 outRow = blockRow * BLOCK + row;
        finish.put(c, (i64)outRow * n + column, outRow, column,
                   Vector<float, 1>{{results[row * PITCH + threadIdx.x]}});
      }
    }
  }
};

#define BLOCKS_MMA_ONE(NAME, T, B, TRANSPOSED)                                                  \
  extern "C" __global__ void __launch_bounds__(MMA_THREADS) NAME(                               \
      MmaRows a, const T* __restrict__ values, u32 n, const T* __restrict__ b, u32 pitch,       \
      float beta, float* __restrict__ c, const float* __restrict__ rowBias,                     \
      const float* __restrict__ columnBias, int relu) {                                         \
    BlockMma<T, B, TRANSPOSED>::run(a, values, n, b, pitch, {beta, rowBias, columnBias, relu}, c); \
  }
#define BLOCKS_MMA_SIZE(TYPE, T, B)                        \
  BLOCKS_MMA_ONE(blocks_mma_##TYPE##_b##B, T, B, false) \
  BLOCKS_MMA_ONE(blocks_mma_##TYPE##_b##B##t, T, B, true)
#define BLOCKS_MMA(TYPE, T)    \
  BLOCKS_MMA_SIZE(TYPE, T, 8)  \
  BLOCKS_MMA_SIZE(TYPE, T, 16) \
  BLOCKS_MMA_SIZE(TYPE, T, 32) \
  BLOCKS_MMA_SIZE(TYPE, T, 64)

BLOCKS_MMA(bf16, __nv_bfloat16)
BLOCKS_MMA(f16, __half)
BLOCKS_MMA(tf32, Tf32)

// ---- sampled

struct MmaChunks {
  u32 stored;         // values in all
  const int* row;     // of blocks
  const int* first;   // among the stored columns
  const int* offsets; // the stored columns of each row of blocks
  const u32* columns;
};

template <typename T, u32 BLOCK>
struct SampledMma {
  static constexpr u32 COLUMNS = 64;
  static constexpr u32 PIECES = 8;  // of a row, at a time
  static constexpr u32 STEP = PIECES * PIECE_ELEMENTS<T>;
  static constexpr int STAGES = BLOCK == 64 ? 2 : 3;
  static constexpr int EIGHTS = BLOCK / 8;
  static constexpr u32 ROWS = COLUMNS + BLOCK;
  static constexpr u32 STAGE_BYTES = ROWS * PIECES * PIECE;
  static constexpr u32 LOADS = (ROWS * PIECES + MMA_THREADS - 1) / MMA_THREADS;

  // Rows 0 to 63 of a stage are those of b, the others those of a.
  static __device__ __forceinline__ void copyStep(
      u32 stage,
      const u64 (&from)[LOADS],
      u32 valid,
      u32 item,
      u32 end) {
#pragma unroll
    for (u32 i = 0; i < LOADS; i++) {
      u32 index = i * MMA_THREADS + threadIdx.x;
      u32 row = index / PIECES;
      u32 piece = index % PIECES;
      if (ROWS * PIECES % MMA_THREADS == 0 || row < ROWS) {
        u32 at = item + piece * PIECE_ELEMENTS<T>;
        u32 bytes = (valid >> i & 1) != 0 && at < end ? min(PIECE, (end - at) * (u32)sizeof(T)) : 0;
        const T* source = reinterpret_cast<const T*>(from[i]) + (bytes == 0 ? 0 : at);
        copyPiece(stage + PieceTile<PIECES>::place(row, piece), source, bytes);
      }
    }
    commitCopies();
  }

  static __device__ __forceinline__ void run(
      const MmaChunks& chunks,
      u32 n,
      u32 splitItems,
      const T* __restrict__ a,
      u32 leftPitch,
      const T* __restrict__ b,
      u32 pitch,
      float* __restrict__ out) {
    __shared__ alignas(128) unsigned char ring[STAGES * STAGE_BYTES];
    u32 lane = threadIdx.x % 32;
    u32 warpRow = threadIdx.x / 32 * 16;
    u32 blockRow = chunks.row[blockIdx.x];
    u32 first = chunks.first[blockIdx.x];
    u32 count = min(COLUMNS, chunks.offsets[blockRow + 1] - first);
    u64 from[LOADS];
    u32 valid = 0;
#pragma unroll
    for (u32 i = 0; i < LOADS; i++) {
      u32 row = (i * MMA_THREADS + threadIdx.x) / PIECES;
      from[i] = reinterpret_cast<u64>(b);
      if (row < count) {
        from[i] = reinterpret_cast<u64>(b + (u64)chunks.columns[first + row] * pitch);
        valid |= 1u << i;
      } else if (row >= COLUMNS && row < ROWS) {
        from[i] = reinterpret_cast<u64>(a + (u64)(blockRow * BLOCK + row - COLUMNS) * leftPitch);
        valid |= 1u << i;
      }
    }
    u32 begin = blockIdx.y * splitItems;
    u32 end = min(n, begin + splitItems);
    u32 base = sharedAddress(ring);
    float sums[EIGHTS][4] = {};
#pragma unroll
    for (u32 s = 0; s < STAGES - 1; s++) {
      copyStep(base + s * STAGE_BYTES, from, valid, begin + s * STEP, end);
    }
    u32 stage = 0;
#pragma unroll 1
    for (u32 item = begin; item < end; item += STEP) {
      awaitCopies<STAGES - 2>();
      __syncthreads();  // this step has arrived for all, and all are done with the one before
      u32 ahead = stage == 0 ? STAGES - 1 : stage - 1;
      copyStep(base + ahead * STAGE_BYTES, from, valid, item + (STAGES - 1) * STEP, end);
      u32 tile = base + stage * STAGE_BYTES;
      u32 matrix = lane / 8;
#pragma unroll 2
      for (u32 s = 0; s < PIECES / 2; s++) {
        u32 columns[4];
        loadMatrices(columns, tile + PieceTile<PIECES>::place(
            warpRow + matrix % 2 * 8 + lane % 8, s * 2 + matrix / 2));
#pragma unroll
        for (int i = 0; i < 4; i++) {
          columns[i] = Mma<T>::operand(columns[i]);
        }
#pragma unroll
        for (int eight = 0; eight < EIGHTS; eight++) {
          u32 rows[2];
          loadMatrixPair(rows, tile + PieceTile<PIECES>::place(
              COLUMNS + eight * 8 + lane % 8, s * 2 + matrix % 2));
          rows[0] = Mma<T>::operand(rows[0]);
          rows[1] = Mma<T>::operand(rows[1]);
          Mma<T>::step(sums[eight], columns, rows);
        }
      }
      stage = stage == STAGES - 1 ? 0 : stage + 1;
    }
    awaitCopies<0>();
    float* target = out + (i64)blockIdx.y * chunks.stored;
#pragma unroll
    for (int eight = 0; eight < EIGHTS; eight++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        u32 k = warpRow + i / 2 * 8 + lane / 4;
        u32 row = eight * 8 + lane % 4 * 2 + i % 2;
        if (k < count) {
          u32 column = first + k;
          target[(column / BLOCK * BLOCK + row) * BLOCK + column % BLOCK] = sums[eight][i];
        }
      }
    }
  }
};

#define SAMPLED_MMA_SIZE(TYPE, T, B)                                                            \
  extern "C" __global__ void __launch_bounds__(MMA_THREADS) sampled_mma_##TYPE##_b##B(          \
      MmaChunks chunks, u32 n, u32 splitItems, const T* __restrict__ a, u32 leftPitch,          \
      const T* __restrict__ b, u32 pitch, float* __restrict__ out) {                            \
    SampledMma<T, B>::run(chunks, n, splitItems, a, leftPitch, b, pitch, out);                  \
  }
#define SAMPLED_MMA(TYPE, T)    \
  SAMPLED_MMA_SIZE(TYPE, T, 8)  \
  SAMPLED_MMA_SIZE(TYPE, T, 16) \
  SAMPLED_MMA_SIZE(TYPE, T, 32) \
  SAMPLED_MMA_SIZE(TYPE, T, 64)

SAMPLED_MMA(bf16, __nv_bfloat16)
SAMPLED_MMA(f16, __half)
SAMPLED_MMA(tf32, Tf32)
