// Random tensors: element i is a function of (seed, stream, position + i / 4), as
// dev.espalier.tensor.spi.Distribution says, with the bits that the CPU backends give.
//
//   uniform_TYPE  a + (b - a) u, u = (word >>> 8) 2^-24, at most `below`
//   normal_TYPE   a + b r cos t, a + b r sin t with r = sqrt(-2 ln((w0 + 1) 2^-32)), t = 2 pi w1 2^-32
//   dropout_TYPE  u < a ? 0 : b
//
// A thread makes the four elements of one counter of Philox-4x32-10 (Salmon et al. 2011). Values are
// computed in double without contraction and rounded once.
// Geometry: one-dimensional grids of any size; contiguous out.
#include "common.cuh"

__device__ __forceinline__ void philox(u64 key, u64 stream, u64 position, u32 (&word)[4]) {
  u32 k0 = (u32)key;
  u32 k1 = (u32)(key >> 32);
  u32 c0 = (u32)position;
  u32 c1 = (u32)(position >> 32);
  u32 c2 = (u32)stream;
  u32 c3 = (u32)(stream >> 32);
#pragma unroll
  for (int round = 0; round < 10; round++) {
    u64 p0 = (u64)0xD2511F53u * c0;
    u64 p1 = (u64)0xCD9E8D57u * c2;
    c0 = (u32)(p1 >> 32) ^ c1 ^ k0;
    c2 = (u32)(p0 >> 32) ^ c3 ^ k1;
    c1 = (u32)p1;
    c3 = (u32)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  word[0] = c0;
  word[1] = c1;
  word[2] = c2;
  word[3] = c3;
}

// 24 bits as a number in [0, 1): exact.
__device__ __forceinline__ double unit(u32 word) { return (word >> 8) * 0x1p-24; }

struct Uniform {
  double low;
  double width;
  double below;
  int bounded;

  __device__ __forceinline__ void draw(const u32 (&word)[4], double (&value)[4]) const {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      double drawn = __dadd_rn(low, __dmul_rn(width, unit(word[i])));
      value[i] = bounded && drawn > below ? below : drawn;
    }
  }
};

struct Normal {
  double mean;
  double deviation;

  __device__ __forceinline__ void draw(const u32 (&word)[4], double (&value)[4]) const {
#pragma unroll
    for (int i = 0; i < 4; i += 2) {
      double radius = sqrt(-2 * log(((double)word[i] + 1) * 0x1p-32));
      double sine;
      double cosine;
      sincospi(word[i + 1] * 0x1p-31, &sine, &cosine);
      value[i] = mean + deviation * (radius * cosine);
      value[i + 1] = mean + deviation * (radius * sine);
    }
  }
};

struct Dropout {
  double rate;
  double kept;

  __device__ __forceinline__ void draw(const u32 (&word)[4], double (&value)[4]) const {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      value[i] = unit(word[i]) < rate ? 0 : kept;
    }
  }
};

template <typename D, typename T>
__device__ __forceinline__ void fill(
    const D& distribution, u64 seed, u64 stream, u64 position, i64 n, T* out) {
  bool fast = aligned16(out);
#pragma unroll 1
  for (i64 quad = firstThread(); quad * 4 < n; quad += allThreads()) {
    u32 word[4];
    philox(seed, stream, position + quad, word);
    double value[4];
    distribution.draw(word, value);
    T* to = out + quad * 4;
    if (fast && quad * 4 + 4 <= n) {
      constexpr int L = Pack<T>::LENGTH;
#pragma unroll
      for (int part = 0; part < 4 / L; part++) {
        Pack<T> pack;
#pragma unroll
        for (int j = 0; j < L; j++) {
          pack.lane[j] = (T)value[part * L + j];
        }
        reinterpret_cast<Pack<T>*>(to)[part] = pack;
      }
    } else {
#pragma unroll
      for (int j = 0; j < 4; j++) {
        if (quad * 4 + j < n) {
          to[j] = (T)value[j];
        }
      }
    }
  }
}

#define ENTRIES(suffix, T)                                                                       \
  extern "C" __global__ void uniform_##suffix(                                                   \
      Uniform d, u64 seed, u64 stream, u64 position, i64 n, T* out) {                            \
    fill(d, seed, stream, position, n, out);                                                     \
  }                                                                                              \
  extern "C" __global__ void normal_##suffix(                                                    \
      Normal d, u64 seed, u64 stream, u64 position, i64 n, T* out) {                             \
    fill(d, seed, stream, position, n, out);                                                     \
  }                                                                                              \
  extern "C" __global__ void dropout_##suffix(                                                   \
      Dropout d, u64 seed, u64 stream, u64 position, i64 n, T* out) {                            \
    fill(d, seed, stream, position, n, out);                                                     \
  }

ENTRIES(f32, float)
ENTRIES(f64, double)
