// out[p] = sum over items j of left[row(p), j] dense[place(p) + source(j)], for the stored
// positions p of CSR matrices and of blocks.
//
// After the sampled product of Gale et al. 2020. A chunk is HEIGHT rows of one row of blocks with up
// to 32 / HEIGHT of its stored columns; a group of LANES lanes owns it and strides over the items,
// VEC at a time: HEIGHT + 32 / HEIGHT loads for 32 products. Every lane ends with a part of all 32
// sums, which one transposing reduction adds and hands out. Chunks depend on the pattern alone and
// hold at most 32 sums, so a long row is many chunks and does not hold the others up.
//
// Where a pattern has too few chunks to fill a device, the items are split as well: split s stores
// its sums from out + s stored on, and sum_splits adds them in the order of s.
#pragma once

#include "sparse.cuh"

constexpr int SAMPLED_THREADS = 128;

template <typename Index>
struct Chunks {
  u32 count;
  u32 stored;         // values in all
  const int* row;     // of blocks
  const int* first;   // among the stored columns
  const int* offsets; // the stored columns of each row of blocks
  const Index* columns;
  u32 blockHeight;
  Divisor blockWidth;
  u32 parts;          // of HEIGHT rows, that make up a block
};

template <typename T, typename Index, int VEC, int LANES, int HEIGHT, class Items>
struct SampledProduct {
  static constexpr int COLUMNS = 32 / HEIGHT;
  static constexpr int GROUPS = SAMPLED_THREADS / LANES;
  static constexpr int QUADS = (COLUMNS + 3) / 4;

  static __device__ __forceinline__ void run(
      const Items& items,
      u32 splitItems,
      const Chunks<Index>& chunks,
      const T* __restrict__ left,
      const T* __restrict__ dense,
      u32 pitch,
      T* __restrict__ out) {
    __shared__ alignas(16) u32 shared[GROUPS][4 * QUADS + 4];
    u32 lane = threadIdx.x % LANES;
    u32 group = threadIdx.x / LANES;
    u32 work = blockIdx.x * GROUPS + group;
    u32 chunk = work / chunks.parts;
    if (chunk >= chunks.count) {
      return;
    }
    u32 top = (work - chunk * chunks.parts) * HEIGHT;
    u32 blockRow = chunks.row[chunk];
    u32 first = chunks.first[chunk];
    u32 count = min((u32)COLUMNS, chunks.offsets[blockRow + 1] - first);
    u32 height = min((u32)HEIGHT, chunks.blockHeight - top);
    u32* places = shared[group];
    u32 mask = groupMask<LANES>();
    for (u32 k = lane; k < 4 * QUADS; k += LANES) {
      // places past the end repeat the first; their sums are not stored
      places[k] = chunks.columns[first + (k < count ? k : 0)] * pitch;
    }
    __syncwarp(mask);
    T sums[32] = {};
    u32 begin = blockIdx.y * splitItems;
    u32 end = min(items.count, begin + splitItems);
#pragma unroll 1
    for (u32 item = begin + lane * VEC; item < end; item += LANES * VEC) {
      Vector<T, VEC> a[HEIGHT];
#pragma unroll
      for (int r = 0; r < HEIGHT; r++) {
        u32 row = blockRow * chunks.blockHeight + top + (r < height ? r : 0);
        a[r] = load<VEC>(left + items.left(row, item));
      }
      const T* from = dense + items.source(item);
#pragma unroll
      for (int q = 0; q < QUADS; q++) {
        if (4 * q < count) {
          Vector<u32, 4> place = load<4>(places + 4 * q);
#pragma unroll
          for (int e = 0; e < 4 && 4 * q + e < COLUMNS; e++) {
            Vector<T, VEC> b = load<VEC>(from + place.lane[e]);
#pragma unroll
            for (int r = 0; r < HEIGHT; r++) {
#pragma unroll
              for (int v = 0; v < VEC; v++) {
                sums[r * COLUMNS + 4 * q + e] += a[r].lane[v] * b.lane[v];
              }
            }
          }
        }
      }
    }
    __syncwarp(mask);
    reduceTransposed<32, LANES>(sums, lane, mask);
    T* target = out + (i64)blockIdx.y * chunks.stored;
    constexpr int EACH = 32 / LANES;
#pragma unroll
    for (int e = 0; e < EACH; e++) {
      u32 index = lane * EACH + e;
      u32 r = index / COLUMNS;
      u32 k = index % COLUMNS;
      if (k < count && r < height) {
        u32 column = first + k;
        u32 block = chunks.blockWidth.quotient(column);
        u32 within = column - block * chunks.blockWidth.value;
        target[(block * chunks.blockHeight + top + r) * chunks.blockWidth.value + within] = sums[e];
      }
    }
  }
};
