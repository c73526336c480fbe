// What the arithmetic units reach when nothing feeds or stops them: the ceilings of the benchmark.
//
//   fma_f32          CHAINS independent chains d = d a + b in each thread
//   mma_TYPE         CHAINS independent chains D = A B + D of 16 x 8 tiles in each warp (bf16, tf32)
//
// A thread does rounds * CHAINS * UNROLL steps and stores the sum of its results, so that none can be
// left out. out has one float for each thread. Operations of a step: 2 for a thread of fma_f32; for a
// warp of mma_bf16 2 * 16 * 8 * 16, of mma_tf32 2 * 16 * 8 * 8.
// Geometry: blocks of 256 threads, grids of any size.
#include "mma.cuh"

constexpr int CHAINS = 8;
constexpr int UNROLL = 16;

extern "C" __global__ void __launch_bounds__(256) fma_f32(u32 rounds, float a, float b, float* out) {
  float d[CHAINS];
  for (int c = 0; c < CHAINS; c++) {
    d[c] = (float)(threadIdx.x + c);
  }
#pragma unroll 1
  for (u32 round = 0; round < rounds; round++) {
#pragma unroll
    for (int step = 0; step < UNROLL; step++) {
#pragma unroll
      for (int c = 0; c < CHAINS; c++) {
        d[c] = fmaf(d[c], a, b);
      }
    }
  }
  float sum = 0;
  for (int c = 0; c < CHAINS; c++) {
    sum += d[c];
  }
  out[(size_t)blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

// `bits` fills the operands: a pair of bf16 numbers, or one float32.
template <typename T>
__device__ __forceinline__ void products(u32 rounds, u32 bits, float* out) {
  float d[CHAINS][4] = {};
  u32 operand = Mma<T>::operand(bits);
  const u32 a[4] = {operand, operand, operand, operand};
  const u32 b[2] = {operand, operand};
#pragma unroll 1
  for (u32 round = 0; round < rounds; round++) {
#pragma unroll
    for (int step = 0; step < UNROLL; step++) {
#pragma unroll
      for (int c = 0; c < CHAINS; c++) {
        Mma<T>::step(d[c], a, b);
      }
    }
  }
  float sum = 0;
  for (int c = 0; c < CHAINS; c++) {
    for (int i = 0; i < 4; i++) {
      sum += d[c][i];
    }
  }
  out[(size_t)blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

extern "C" __global__ void __launch_bounds__(256) mma_bf16(u32 rounds, u32 bits, float* out) {
  products<__nv_bfloat16>(rounds, bits, out);
}

extern "C" __global__ void __launch_bounds__(256) mma_tf32(u32 rounds, u32 bits, float* out) {
  products<Tf32>(rounds, bits, out);
}
