// out[r, j] = finish(sum over the stored positions p of row r of values[p] dense[place(p) + source(j)])
//
// After Gale, Zaharia, Young, Elsen, "Sparse GPU Kernels for Deep Learning", 2020: a group of LANES
// lanes owns one sparse row and LANES VEC ITEMS items. It brings 32 values and places at a time to
// shared memory, the next ones being under way meanwhile, and each lane multiplies VEC neighbouring
// items at once. Rows come in the order of descending length, so that groups of one warp end
// together and the longest rows start first. A row may start anywhere: the first vector of values is
// read from the last vector boundary before it, and what belongs to the row before is skipped.
#pragma once

#include "sparse.cuh"

constexpr int PRODUCT_THREADS = 128;

template <typename T, typename Index>
struct Rows {
  u32 rows;
  u32 stored;          // values in all
  const int* order;    // the rows by descending length
  const int* offsets;  // rows + 1
  const Index* columns;
  const T* values;     // 16-byte aligned
};

template <typename T, typename Index, int VEC, int LANES, int ITEMS, class Items>
struct GatherProduct {
  static constexpr int EACH = STRIP / LANES;  // stored positions that a lane brings in
  static constexpr int GROUPS = PRODUCT_THREADS / LANES;

  // Rows of shared memory lie 16 bytes off each other's banks, as the groups of a warp read at the
  // same position of their rows.
  struct Shared {
    alignas(16) T values[GROUPS][STRIP + 16 / sizeof(T)];
    alignas(16) u32 places[GROUPS][STRIP + 4];
  };

  struct Fetched {
    Vector<T, EACH> values;
    Vector<Index, EACH> columns;
  };

  static __device__ __forceinline__ Fetched fetch(
      const Rows<T, Index>& a, u32 at, u32 end, u32 lane) {
    Fetched fetched = {};
    u32 p = at + lane * EACH;
    if (p < end) {
      if (p + EACH <= a.stored) {
        fetched.values = load<EACH>(a.values + p);
        fetched.columns = load<EACH>(a.columns + p);
      } else {
#pragma unroll
        for (int e = 0; e < EACH; e++) {
          if (p + e < end) {
            fetched.values.lane[e] = a.values[p + e];
            fetched.columns.lane[e] = a.columns[p + e];
          }
        }
      }
    }
    return fetched;
  }

  static __device__ __forceinline__ void multiply(
      T value, u32 place, const T* const (&dense)[ITEMS], Vector<T, VEC> (&sums)[ITEMS]) {
#pragma unroll
    for (int i = 0; i < ITEMS; i++) {
      Vector<T, VEC> x = load<VEC>(dense[i] + place);
#pragma unroll
      for (int v = 0; v < VEC; v++) {
        sums[i].lane[v] += value * x.lane[v];
      }
    }
  }

  static __device__ __forceinline__ void run(
      const Items& items,
      const Rows<T, Index>& a,
      const T* __restrict__ dense,
      u32 pitch,
      const Finish<T>& finish,
      T* __restrict__ out) {
    __shared__ Shared shared;
    u32 lane = threadIdx.x % LANES;
    u32 group = threadIdx.x / LANES;
    u32 blocksOfRows = (a.rows + GROUPS - 1) / GROUPS;
    u32 tile = blockIdx.x / blocksOfRows;
    u32 rank = (blockIdx.x - tile * blocksOfRows) * GROUPS + group;
    if (rank >= a.rows) {
      return;
    }
    u32 row = a.order[rank];
    u32 mask = groupMask<LANES>();
    u32 item[ITEMS];
    const T* from[ITEMS];
    Vector<T, VEC> sums[ITEMS];
#pragma unroll
    for (int i = 0; i < ITEMS; i++) {
      item[i] = ((tile * ITEMS + i) * LANES + lane) * VEC;
      // items past the end are computed from the last ones and not stored
      from[i] = dense + items.source(min(item[i], items.count - VEC));
      sums[i] = {};
    }
    u32 begin = a.offsets[row];
    u32 end = a.offsets[row + 1];
    u32 at = begin & ~(EACH - 1);
    Fetched next = fetch(a, at, end, lane);
    T* values = shared.values[group];
    u32* places = shared.places[group];
#pragma unroll 1
    for (; at < end; at += STRIP) {
      Vector<u32, EACH> distances;
#pragma unroll
      for (int e = 0; e < EACH; e++) {
        distances.lane[e] = next.columns.lane[e] * pitch;
      }
      __syncwarp(mask);
      store(values + lane * EACH, next.values);
      store(places + lane * EACH, distances);
      __syncwarp(mask);
      next = fetch(a, at + STRIP, end, lane);
      u32 first = begin > at ? begin - at : 0;
      u32 last = end - at < STRIP ? end - at : STRIP;
#pragma unroll 1
      for (u32 k = first & ~3u; k < last; k += 4) {
        Vector<T, 4> value = load<4>(values + k);
        Vector<u32, 4> place = load<4>(places + k);
        if (k >= first && k + 4 <= last) {
#pragma unroll
          for (int e = 0; e < 4; e++) {
            multiply(value.lane[e], place.lane[e], from, sums);
          }
        } else {
#pragma unroll
          for (int e = 0; e < 4; e++) {
            if (k + e >= first && k + e < last) {
              multiply(value.lane[e], place.lane[e], from, sums);
            }
          }
        }
      }
    }
#pragma unroll
    for (int i = 0; i < ITEMS; i++) {
      if (item[i] < items.count) {
        finish.put(out, items.target(row, item[i]), row, item[i], sums[i]);
      }
    }
  }
};
