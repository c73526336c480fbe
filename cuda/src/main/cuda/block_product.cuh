// out[r, j] = finish(sum over the stored columns k of the row of blocks of r of
//                    values[r, k] dense[place(k) + source(j)])
//
// for blocks of any height and width, N x 1 vectors among them: a warp owns HEIGHT rows of one row of
// blocks and 32 VEC items. The stored columns of all blocks of the row are one run; for each of them
// a lane loads VEC items once and multiplies them with HEIGHT weights, which it reads from shared
// memory four at a time.
#pragma once

#include "sparse.cuh"

constexpr int BLOCK_THREADS = 128;

template <typename T>
struct BlockRows {
  u32 rows;            // of blocks
  u32 parts;           // of HEIGHT rows, that make up a block
  u32 height;          // of a block
  Divisor width;       // of a block
  const int* order;    // the rows of blocks by descending length
  const int* offsets;  // rows + 1; stored columns
  const u32* columns;  // of each stored column
  const T* values;     // [blocks, height, width]
};

template <typename T, int VEC, int HEIGHT, class Items>
struct BlockProduct {
  static constexpr int WARPS = BLOCK_THREADS / 32;
  static constexpr int QUAD = HEIGHT < 4 ? HEIGHT : 4;
  static constexpr int QUADS = HEIGHT / QUAD;

  struct Shared {
    alignas(16) Vector<T, QUAD> weights[WARPS][QUADS][STRIP];
    alignas(16) u32 places[WARPS][STRIP];
  };

  struct Fetched {
    T weights[HEIGHT];
    u32 column;
  };

  static __device__ __forceinline__ Fetched fetch(
      const BlockRows<T>& a, u32 top, u32 at, u32 end) {
    Fetched fetched = {};
    if (at < end) {
      u32 block = a.width.quotient(at);
      const T* from = a.values + (block * a.height + top) * a.width.value
          + (at - block * a.width.value);
#pragma unroll
      for (int r = 0; r < HEIGHT; r++) {
        fetched.weights[r] = top + r < a.height ? from[r * a.width.value] : T(0);
      }
      fetched.column = a.columns[at];
    }
    return fetched;
  }

  static __device__ __forceinline__ void run(
      const Items& items,
      const BlockRows<T>& a,
      const T* __restrict__ dense,
      u32 pitch,
      const Finish<T>& finish,
      T* __restrict__ out) {
    __shared__ Shared shared;
    u32 lane = threadIdx.x % 32;
    u32 warp = threadIdx.x / 32;
    u32 works = a.rows * a.parts;
    u32 blocksOfRows = (works + WARPS - 1) / WARPS;
    u32 tile = blockIdx.x / blocksOfRows;
    u32 work = (blockIdx.x - tile * blocksOfRows) * WARPS + warp;
    if (work >= works) {
      return;
    }
    u32 rank = work / a.parts;
    u32 top = (work - rank * a.parts) * HEIGHT;
    u32 blockRow = a.order[rank];
    u32 item = (tile * 32 + lane) * VEC;
    // items past the end are computed from the last ones and not stored
    const T* from = dense + items.source(min(item, items.count - VEC));
    Vector<T, VEC> sums[HEIGHT] = {};
    u32 at = a.offsets[blockRow];
    u32 end = a.offsets[blockRow + 1];
    Fetched next = fetch(a, top, at + lane, end);
    u32* places = shared.places[warp];
#pragma unroll 1
    for (; at < end; at += STRIP) {
      __syncwarp();
#pragma unroll
      for (int q = 0; q < QUADS; q++) {
        Vector<T, QUAD> weights;
#pragma unroll
        for (int r = 0; r < QUAD; r++) {
          weights.lane[r] = next.weights[q * QUAD + r];
        }
        shared.weights[warp][q][lane] = weights;
      }
      places[lane] = next.column * pitch;
      __syncwarp();
      next = fetch(a, top, at + STRIP + lane, end);
      u32 count = min(STRIP, end - at);
#pragma unroll 4
      for (u32 k = 0; k < count; k++) {
        Vector<T, VEC> x = load<VEC>(from + places[k]);
#pragma unroll
        for (int q = 0; q < QUADS; q++) {
          Vector<T, QUAD> weights = shared.weights[warp][q][k];
#pragma unroll
          for (int r = 0; r < QUAD; r++) {
#pragma unroll
            for (int v = 0; v < VEC; v++) {
              sums[q * QUAD + r].lane[v] += weights.lane[r] * x.lane[v];
            }
          }
        }
      }
    }
    if (item < items.count) {
#pragma unroll
      for (int r = 0; r < HEIGHT; r++) {
        if (top + r < a.height) {
          u32 row = blockRow * a.height + top + r;
          finish.put(out, items.target(row, item), row, item, sums[r]);
        }
      }
    }
  }
};
