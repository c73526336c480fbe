// Products of a matrix of square dense blocks with a dense matrix, and products sampled at its blocks,
// on tensor cores. Opt-in: operands are bf16, f16 or float32 rounded to tf32; sums are float32.
//
//   blocks_mma_TYPE_bB     c = relu(A b + beta c + rowBias + columnBias)
//   blocks_mma_TYPE_bBt    the same with each stored block transposed as it is read: with the index of
//                          the transposed pattern, whose entry p is block blocks[p], this multiplies
//                          with the transpose of the very same values
//     b [K, N] with rows `pitch` elements apart, c [M, N] contiguous float32. A block of threads owns
//     one row of blocks and 128 columns.
//     Grid: rows * ceil(N / 128) blocks of 128 threads.
//   sampled_mma_TYPE_bB    out[block, i, j] = sum over n of a[i, n] b[j, n] at each stored block
//     a [M, N] and b [K, N] with rows `leftPitch` and `pitch` elements apart; out float32. A block of
//     threads owns 64 stored columns of one row of blocks.
//     Grid: (chunks, splits) blocks of 128 threads; splitItems a multiple of 128 bytes.
//
// B is 8, 16, 32 or 64. Pitches are multiples of 16 bytes, and all operands are aligned to them.
#include "block_mma.cuh"
#include "sampled_mma.cuh"

#define BLOCKS_MMA_ONE(NAME, T, B, TRANSPOSED)                                            \
  extern "C" __global__ void __launch_bounds__(MMA_THREADS) NAME(                         \
      MmaRows a, const T* __restrict__ values, u32 n, const T* __restrict__ b, u32 pitch, \
      float beta, float* __restrict__ c, const float* __restrict__ rowBias,               \
      const float* __restrict__ columnBias, int relu) {                                   \
    BlockMma<T, B, TRANSPOSED, MatrixItems>::run(                                         \
        {n}, a, values, b, pitch, {beta, rowBias, columnBias, relu}, c);                  \
  }
#define BLOCKS_MMA_SIZE(TYPE, T, B)                     \
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

#define SAMPLED_MMA_SIZE(TYPE, T, B)                                                             \
  extern "C" __global__ void __launch_bounds__(MMA_THREADS) sampled_mma_##TYPE##_b##B(           \
      MmaChunks chunks, u32 n, u32 splitItems, const T* __restrict__ a, u32 leftPitch,           \
      const T* __restrict__ b, u32 pitch, float* __restrict__ out) {                             \
    SampledMma<T, B, MatrixItems>::run({n}, splitItems, chunks, a, leftPitch, b, pitch, out);    \
  }
#define SAMPLED_MMA(TYPE, T)    \
  SAMPLED_MMA_SIZE(TYPE, T, 8)  \
  SAMPLED_MMA_SIZE(TYPE, T, 16) \
  SAMPLED_MMA_SIZE(TYPE, T, 32) \
  SAMPLED_MMA_SIZE(TYPE, T, 64)

SAMPLED_MMA(bf16, __nv_bfloat16)
SAMPLED_MMA(f16, __half)
SAMPLED_MMA(tf32, Tf32)
