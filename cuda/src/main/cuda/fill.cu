// out[i] = value for i in [0, n): elements of 1, 2, 4 or 8 bytes given by their bits.
//
// Launch: any one-dimensional grid and block; threads stride over the elements. Neighbouring threads
// write neighbouring elements, so every request is coalesced. out is aligned to its element.
#include "common.cuh"

template <typename T>
__device__ __forceinline__ void fillAll(T* out, T value, int64_t n) {
  for (int64_t i = gridThread(); i < n; i += gridThreads()) {
    out[i] = value;
  }
}

#define FILL(SUFFIX, T)                                                                   \
  extern "C" __global__ void fill_##SUFFIX(T* out, uint64_t bits, int64_t n) { \
    fillAll<T>(out, static_cast<T>(bits), n);                                             \
  }

FILL(b8, uint8_t)
FILL(b16, uint16_t)
FILL(b32, uint32_t)
FILL(b64, uint64_t)
