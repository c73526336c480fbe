// Products of a weight in packed eight bits [M, K] (dev.espalier.tensor.sparse.PackedInt8) with a
// float32 matrix: w[i, j] = scale[i] q[i, j], a bitmap says which j are stored.
//
//   packed_spmm   c = relu(W b + rowBias + columnBias)
//     b [K, N] with adjacent columns, rows `pitch` elements apart; c [M, N] contiguous. A warp owns a
//     row and 32 columns; it unpacks 64 columns of the weight at a time to shared memory, each lane
//     finding the place of its own bits by counting those before them.
//     Grid: ceil(M / 4) * ceil(N / 32) blocks of 128 threads; K pitch < 2^32.
//   packed_spmv_nN   the same for N = 1 to 4 columns; b and c of any strides
//     A warp owns a row, its lanes the bits of a word. Grid: ceil(M / 4) blocks of 128 threads.
#include "sparse.cuh"

constexpr int PACKED_THREADS = 128;
constexpr int PACKED_WARPS = PACKED_THREADS / 32;

struct PackedRows {
  u32 rows;
  u32 words;  // per row
  const u64* bits;
  const int* offsets;
  const signed char* values;
  const float* scales;
};

extern "C" __global__ void __launch_bounds__(PACKED_THREADS) packed_spmm(
    PackedRows a,
    u32 n,
    const float* __restrict__ b,
    u32 pitch,
    float* __restrict__ c,
    const float* __restrict__ rowBias,
    const float* __restrict__ columnBias,
    int relu) {
  __shared__ alignas(16) float values[PACKED_WARPS][64];
  __shared__ alignas(16) u32 places[PACKED_WARPS][64];
  u32 lane = threadIdx.x % 32;
  u32 warp = threadIdx.x / 32;
  u32 blocksOfRows = (a.rows + PACKED_WARPS - 1) / PACKED_WARPS;
  u32 tile = blockIdx.x / blocksOfRows;
  u32 row = (blockIdx.x - tile * blocksOfRows) * PACKED_WARPS + warp;
  if (row >= a.rows) {
    return;
  }
  u32 column = tile * 32 + lane;
  // columns past the end are computed from the last one and not stored
  const float* from = b + min(column, n - 1);
  float scale = a.scales[row];
  u32 at = a.offsets[row];
  float sum = 0;
  u64 below = (1ull << lane) - 1;
#pragma unroll 1
  for (u32 word = 0; word < a.words; word++) {
    u64 bits = a.bits[(u64)row * a.words + word];
    u32 low = __popcll(bits & 0xffffffffull);
    u32 count = __popcll(bits);
    __syncwarp();
#pragma unroll
    for (int half = 0; half < 2; half++) {
      u64 mine = bits >> 32 * half;
      if (mine >> lane & 1) {
        u32 place = (half ? low : 0) + __popcll(mine & below);
        values[warp][place] = scale * a.values[at + place];
        places[warp][place] = (word * 64 + half * 32 + lane) * pitch;
      }
    }
    __syncwarp();
    at += count;
#pragma unroll 4
    for (u32 k = 0; k < count; k++) {
      sum += values[warp][k] * from[places[warp][k]];
    }
  }
  if (column < n) {
    Finish<float> finish = {0, rowBias, columnBias, relu};
    finish.put(c, (i64)row * n + column, row, column, Vector<float, 1>{{sum}});
  }
}

template <int N>
__device__ __forceinline__ void packedSpmv(
    const PackedRows& a,
    const float* __restrict__ b,
    u32 rowStep,
    u32 columnStep,
    const Finish<float>& finish,
    float* __restrict__ c,
    i64 outRow,
    i64 outColumn) {
  u32 row = (blockIdx.x * PACKED_THREADS + threadIdx.x) / 32;
  if (row >= a.rows) {
    return;
  }
  u32 lane = threadIdx.x % 32;
  u64 below = (1ull << lane) - 1;
  float scale = a.scales[row];
  u32 at = a.offsets[row];
  float sums[N] = {};
#pragma unroll 1
  for (u32 word = 0; word < a.words; word++) {
    u64 bits = a.bits[(u64)row * a.words + word];
#pragma unroll
    for (int half = 0; half < 2; half++) {
      u64 mine = bits >> 32 * half & 0xffffffffull;
      if (mine >> lane & 1) {
        float value = scale * a.values[at + __popcll(mine & below)];
        const float* from = b + (word * 64 + half * 32 + lane) * rowStep;
#pragma unroll
        for (int j = 0; j < N; j++) {
          sums[j] += value * from[j * columnStep];
        }
      }
      at += __popcll(mine);
    }
  }
#pragma unroll
  for (int j = 0; j < N; j++) {
    float sum = warpReduce<Sum<float>>(sums[j]);
    if (lane == 0) {
      finish.put(c, row * outRow + j * outColumn, row, j, Vector<float, 1>{{sum}});
    }
  }
}

#define PACKED_SPMV(N)                                                                             \
  extern "C" __global__ void __launch_bounds__(PACKED_THREADS) packed_spmv_n##N(                   \
      PackedRows a, const float* __restrict__ b, u32 rowStep, u32 columnStep,                      \
      float* __restrict__ c, i64 outRow, i64 outColumn, const float* __restrict__ rowBias,         \
      const float* __restrict__ columnBias, int relu) {                                            \
    packedSpmv<N>(a, b, rowStep, columnStep, {0, rowBias, columnBias, relu}, c, outRow, outColumn); \
  }

PACKED_SPMV(1)
PACKED_SPMV(2)
PACKED_SPMV(3)
PACKED_SPMV(4)
