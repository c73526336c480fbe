// out[r, j] = finish(sum over the stored columns k of the row of blocks of r of
//                    values[r, k] dense[place(k) pitch + source(j)])
//
// on tensor cores, for blocks of BLOCK rows: operands of T, sums of float32. A block of threads owns
// one row of blocks and 128 items, each of its four warps 32 items. Items stand on the 16-row side of
// the instruction and the block's rows on its 8-column side: a block of 8 rows fills it.
//
// The stored columns of a row of blocks are one run, which is walked in steps of 64 bytes; steps are
// copied asynchronously to shared memory in a ring of stages. Blocks are a whole number of 16-byte
// pieces wide, and neighbouring items of a piece are neighbours in memory, on a boundary of 16 bytes.
// All shared-memory accesses of the main loop are free of bank conflicts: pieces are swizzled, and
// tf32 operands that have to be read across rows lie in rows of 8 banks more than a multiple of 32.
#pragma once

#include "mma.cuh"
#include "sparse.cuh"

constexpr int MMA_THREADS = 128;
constexpr u32 MMA_ITEMS = 128;  // per block of threads

template <typename T>
constexpr u32 PIECE_ELEMENTS = PIECE / sizeof(T);

struct MmaRows {
  u32 rows;            // of blocks
  const int* order;    // the rows of blocks by descending length
  const int* offsets;  // rows + 1; stored columns
  const u32* columns;  // of each stored column
  const int* blocks;   // where each entry's block is stored, or null: in order
  Divisor width;       // of a block
};

// The dense operand's tile: STEP rows of 128 items.
template <typename T, u32 STEP>
struct DenseTile {
  static constexpr u32 PIECES = MMA_ITEMS / PIECE_ELEMENTS<T>;
  static constexpr u32 BYTES = STEP * PIECES * PIECE;

  static __device__ __forceinline__ u32 place(u32 row, u32 piece) {
    return PieceTile<PIECES>::place(row, piece);
  }

  // The 16 items from `item` on and the inner elements of step s, items as rows.
  static __device__ __forceinline__ void fragment(u32 (&a)[4], u32 tile, u32 item, u32 s, u32 lane) {
    u32 matrix = lane / 8;
    u32 row = s * 16 + matrix / 2 * 8 + lane % 8;
    loadMatricesTransposed(a, tile + place(row, item / 8 + matrix % 2));
  }
};

template <u32 STEP>
struct DenseTile<Tf32, STEP> {
  static constexpr u32 PIECES = MMA_ITEMS / 4;
  static constexpr u32 PITCH = (MMA_ITEMS + 8) * 4;
  static constexpr u32 BYTES = STEP * PITCH;

  static __device__ __forceinline__ u32 place(u32 row, u32 piece) {
    return row * PITCH + piece * PIECE;
  }

  static __device__ __forceinline__ void fragment(u32 (&a)[4], u32 tile, u32 item, u32 s, u32 lane) {
    u32 from = tile + (s * 8 + lane % 4) * PITCH + (item + lane / 4) * 4;
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

// The weights' tile: STEP stored columns of BLOCK rows. Fragments are of 8 rows.
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

// TRANSPOSED: stored blocks are square and transposed as they are read.
template <typename T, u32 BLOCK, bool TRANSPOSED, class Items>
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

  // `from` is where this thread's piece of items lies in the row at place 0, `bytes` how much of it
  // there is.
  static __device__ __forceinline__ void copyStep(
      u32 stage,
      const MmaRows& a,
      const T* __restrict__ values,
      const T* __restrict__ from,
      u32 pitch,
      u32 bytes,
      u32 at,
      u32 end) {
    static_assert(MMA_THREADS % Dense::PIECES == 0, "a thread always copies the same piece");
#pragma unroll
    for (u32 i = 0; i < DENSE_LOADS; i++) {
      u32 row = (i * MMA_THREADS + threadIdx.x) / Dense::PIECES;
      bool inside = at + row < end && bytes != 0;
      copyPiece(stage + Dense::place(row, threadIdx.x % Dense::PIECES),
                inside ? from + (u64)a.columns[at + row] * pitch : values, inside ? bytes : 0);
    }
#pragma unroll
    for (u32 i = 0; i < WEIGHT_LOADS; i++) {
      u32 index = i * MMA_THREADS + threadIdx.x;
      if (WEIGHT_PIECES % MMA_THREADS == 0 || index < WEIGHT_PIECES) {
        u32 row = index / Weights::PIECES;
        u32 piece = index % Weights::PIECES;
        u32 column = at + (TRANSPOSED ? row : piece * PIECE_ELEMENTS<T>);
        const T* weight = values;
        u32 present = 0;
        if (column < end) {
          u32 entry = TRANSPOSED ? column / BLOCK : a.width.quotient(column);
          u32 block = a.blocks == nullptr ? entry : a.blocks[entry];
          u32 within = column - entry * (TRANSPOSED ? BLOCK : a.width.value);
          weight += TRANSPOSED ? (block * BLOCK + within) * BLOCK + piece * PIECE_ELEMENTS<T>
                               : (block * BLOCK + row) * a.width.value + within;
          present = PIECE;
        }
        copyPiece(stage + Dense::BYTES + Weights::place(row, piece), weight, present);
      }
    }
    commitCopies();
  }

  static __device__ __forceinline__ void run(
      const Items& items,
      const MmaRows& a,
      const T* __restrict__ values,
      const T* __restrict__ dense,
      u32 pitch,
      const Finish<float>& finish,
      float* __restrict__ out) {
    __shared__ alignas(128) unsigned char ring[STAGES * STAGE_BYTES];
    u32 lane = threadIdx.x % 32;
    u32 warpItem = threadIdx.x / 32 * 32;
    u32 tile = blockIdx.x / a.rows;
    u32 blockRow = a.order[blockIdx.x - tile * a.rows];
    u32 firstItem = tile * MMA_ITEMS;
    u32 mine = firstItem + threadIdx.x % Dense::PIECES * PIECE_ELEMENTS<T>;
    u32 left = mine < items.count ? items.count - mine : 0;
    u32 bytes = min(PIECE, left * (u32)sizeof(T));
    const T* from = dense + (left == 0 ? 0 : items.source(mine));
    u32 begin = a.offsets[blockRow];
    u32 end = a.offsets[blockRow + 1];
    u32 base = sharedAddress(ring);
    float sums[2][EIGHTS][4] = {};
#pragma unroll
    for (u32 s = 0; s < STAGES - 1; s++) {
      copyStep(base + s * STAGE_BYTES, a, values, from, pitch, bytes, begin + s * STEP, end);
    }
    u32 stage = 0;
#pragma unroll 1
    for (u32 at = begin; at < end; at += STEP) {
      awaitCopies<STAGES - 2>();
      __syncthreads();  // this step has arrived for all, and all are done with the one before
      u32 ahead = stage == 0 ? STAGES - 1 : stage - 1;
      copyStep(base + ahead * STAGE_BYTES, a, values, from, pitch, bytes, at + (STAGES - 1) * STEP,
               end);
      u32 denseTile = base + stage * STAGE_BYTES;
      u32 weights = denseTile + Dense::BYTES;
#pragma unroll 1
      for (u32 s = 0; s < 2; s++) {
        u32 across[2][4];
        Dense::fragment(across[0], denseTile, warpItem, s, lane);
        Dense::fragment(across[1], denseTile, warpItem + 16, s, lane);
#pragma unroll
        for (int eight = 0; eight < EIGHTS; eight++) {
          u32 rows[2];
          Weights::fragment(rows, weights, eight, s, lane);
          Mma<T>::step(sums[0][eight], across[0], rows);
          Mma<T>::step(sums[1][eight], across[1], rows);
        }
      }
      stage = stage == STAGES - 1 ? 0 : stage + 1;
    }
    awaitCopies<0>();
    __syncthreads();
    // through shared memory, so that whole rows are stored; 132: a fragment's rows lie 8 banks apart
    constexpr u32 PITCH = MMA_ITEMS + 4;
    static_assert(BLOCK * PITCH * sizeof(float) <= sizeof(ring), "the result fits where the stages were");
    float* results = reinterpret_cast<float*>(ring);
#pragma unroll
    for (int half = 0; half < 2; half++) {
#pragma unroll
      for (int eight = 0; eight < EIGHTS; eight++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
          u32 item = warpItem + half * 16 + i / 2 * 8 + lane / 4;
          u32 row = eight * 8 + lane % 4 * 2 + i % 2;
          results[row * PITCH + item] = sums[half][eight][i];
        }
      }
    }
    __syncthreads();
    u32 item = firstItem + threadIdx.x;
    i64 at = item < items.count ? items.target(blockRow * BLOCK, item) : -1;
    if (at >= 0) {
#pragma unroll 1
      for (u32 row = 0; row < BLOCK; row++) {
        finish.put(out, at + row * items.targetStep(), blockRow * BLOCK + row, item,
                   Vector<float, 1>{{results[row * PITCH + threadIdx.x]}});
      }
    }
  }
};
