// out[block, i, j] = sum over items t of left[row(block, i), t] dense[place(block, j) pitch + source(t)]
//
// at each stored block, on tensor cores: operands of T, sums of float32. A block of threads owns 64
// stored columns of one row of blocks, 16 of them each of its four warps; they stand on the 16-row
// side of the instruction. Items are walked in steps of 128 bytes, copied asynchronously to a ring of
// stages whose pieces are swizzled, so that the main loop has no bank conflicts. Splits of the items
// and sum_splits as in sddmm.
#pragma once

#include "block_mma.cuh"

struct MmaChunks {
  u32 stored;         // values in all
  const int* row;     // of blocks
  const int* first;   // among the stored columns
  const int* offsets; // the stored columns of each row of blocks
  const u32* columns;
  Divisor width;      // of a block
};

template <typename T, u32 BLOCK, class Items>
struct SampledMma {
  static constexpr u32 COLUMNS = 64;
  static constexpr u32 PIECES = 8;  // of a row, at a time
  static constexpr u32 STEP = PIECES * PIECE_ELEMENTS<T>;
  static constexpr int STAGES = BLOCK == 64 ? 2 : 3;
  static constexpr int EIGHTS = BLOCK / 8;
  static constexpr u32 ROWS = COLUMNS + BLOCK;
  static constexpr u32 STAGE_BYTES = ROWS * PIECES * PIECE;
  static constexpr u32 LOADS = (ROWS * PIECES + MMA_THREADS - 1) / MMA_THREADS;

  // Rows 0 to 63 of a stage are those of the dense operand, the others those of the left one.
  static __device__ __forceinline__ void copyStep(
      u32 stage,
      const Items& items,
      const T* const (&from)[LOADS],
      u32 valid,
      u32 at,
      u32 end) {
    static_assert(MMA_THREADS % PIECES == 0, "a thread always copies the same piece");
    u32 piece = threadIdx.x % PIECES;
    u32 item = at + piece * PIECE_ELEMENTS<T>;
    u32 bytes = item < end ? min(PIECE, (end - item) * (u32)sizeof(T)) : 0;
    u64 source = bytes == 0 ? 0 : items.source(item);
    u64 left = bytes == 0 ? 0 : items.left(0, item);
#pragma unroll
    for (u32 i = 0; i < LOADS; i++) {
      u32 row = (i * MMA_THREADS + threadIdx.x) / PIECES;
      if (ROWS * PIECES % MMA_THREADS == 0 || row < ROWS) {
        copyPiece(stage + PieceTile<PIECES>::place(row, piece),
                  from[i] + (row < COLUMNS ? source : left), (valid >> i & 1) != 0 ? bytes : 0);
      }
    }
    commitCopies();
  }

  static __device__ __forceinline__ void run(
      const Items& items,
      u32 splitItems,
      const MmaChunks& chunks,
      const T* __restrict__ left,
      u32 leftPitch,
      const T* __restrict__ dense,
      u32 pitch,
      float* __restrict__ out) {
    __shared__ alignas(128) unsigned char ring[STAGES * STAGE_BYTES];
    u32 lane = threadIdx.x % 32;
    u32 warpRow = threadIdx.x / 32 * 16;
    u32 blockRow = chunks.row[blockIdx.x];
    u32 first = chunks.first[blockIdx.x];
    u32 count = min(COLUMNS, chunks.offsets[blockRow + 1] - first);
    const T* from[LOADS];
    u32 valid = 0;
#pragma unroll
    for (u32 i = 0; i < LOADS; i++) {
      u32 row = (i * MMA_THREADS + threadIdx.x) / PIECES;
      from[i] = row < COLUMNS ? dense : left;
      if (row < count) {
        from[i] += (u64)chunks.columns[first + row] * pitch;
        valid |= 1u << i;
      } else if (row >= COLUMNS && row < ROWS) {
        from[i] += (u64)(blockRow * BLOCK + row - COLUMNS) * leftPitch;
        valid |= 1u << i;
      }
    }
    u32 begin = blockIdx.y * splitItems;
    u32 end = min(items.count, begin + splitItems);
    u32 base = sharedAddress(ring);
    float sums[EIGHTS][4] = {};
#pragma unroll
    for (u32 s = 0; s < STAGES - 1; s++) {
      copyStep(base + s * STAGE_BYTES, items, from, valid, begin + s * STEP, end);
    }
    u32 stage = 0;
#pragma unroll 1
    for (u32 item = begin; item < end; item += STEP) {
      awaitCopies<STAGES - 2>();
      __syncthreads();  // this step has arrived for all, and all are done with the one before
      u32 ahead = stage == 0 ? STAGES - 1 : stage - 1;
      copyStep(base + ahead * STAGE_BYTES, items, from, valid, item + (STAGES - 1) * STEP, end);
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
          u32 block = chunks.width.quotient(column);
          u32 within = column - block * chunks.width.value;
          target[(block * BLOCK + row) * chunks.width.value + within] = sums[eight][i];
        }
      }
    }
  }
};
