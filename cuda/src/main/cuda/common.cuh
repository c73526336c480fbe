// What every kernel file uses.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <stdint.h>

// The thread's place in a one-dimensional grid, and how many threads the grid has: the start and the
// step of a grid-stride loop, in 64 bits, as a tensor may have more elements than 2^31.
__device__ __forceinline__ int64_t gridThread() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

__device__ __forceinline__ int64_t gridThreads() {
  return static_cast<int64_t>(gridDim.x) * blockDim.x;
}
