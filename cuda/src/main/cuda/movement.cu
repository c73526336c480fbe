// Filling, copying and choosing elements of every type.
//
//   fill_bytes        out[0 .. bytes) = pattern, repeated; out aligned to the element that it holds
//   fill_strided_bN   out[at(i)] = bits
//   copy_bN           out[at1(i)] = in[at0(i)], N bits an element
//   transpose_bN      out[p, c, r] = in[p, r, c]: in's columns and out's rows are adjacent elements
//   convert_TYPE      out[at1(i)] = in[at0(i)] converted from TYPE to the type `to`
//   select_bN         out[at3(i)] = condition[at0(i)] != 0 ? a[at1(i)] : b[at2(i)]
//
// Conversions are those of dev.espalier.tensor.spi.Elements: to nearest even; to integers truncated
// toward zero and saturated, NaN gives 0; bool is x != 0.
// Geometry: one-dimensional grids of any size; transpose wants blocks of 32 x 8 threads.
#include "common.cuh"

// The ordinals of dev.espalier.tensor.DType.
enum Type { FLOAT32, FLOAT64, BFLOAT16, FLOAT16, UINT8, INT8, INT32, INT64, BOOL };

// ---- filling

extern "C" __global__ void fill_bytes(u8* out, i64 bytes, u64 pattern) {
  i64 head = (16 - (reinterpret_cast<u64>(out) & 15)) & 15;
  head = head < bytes ? head : bytes;
  i64 vectors = (bytes - head) / 16;
  // the head is a whole number of elements, and an element's width divides 8
  u32 turn = 8 * (head & 7);
  u64 turned = turn == 0 ? pattern : pattern >> turn | pattern << (64 - turn);
  ulonglong2 value = make_ulonglong2(turned, turned);
  ulonglong2* body = reinterpret_cast<ulonglong2*>(out + head);
#pragma unroll 1
  for (i64 i = firstThread(); i < vectors; i += allThreads()) {
    body[i] = value;
  }
  i64 tail = head + 16 * vectors;
#pragma unroll 1
  for (i64 i = firstThread(); i < head + bytes - tail; i += allThreads()) {
    i64 at = i < head ? i : i - head + tail;
    out[at] = (u8)(pattern >> (8 * (at & 7)));
  }
}

template <typename T>
__device__ __forceinline__ void fillStrided(const Strided<1>& where, u32 n, T* out, u64 bits) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    i64 at[1];
    where.locate(i, at);
    out[at[0]] = (T)bits;
  }
}

// ---- copying

template <typename T>
__device__ __forceinline__ void copy(
    const Strided<2>& where, u32 n, const T* __restrict__ in, T* __restrict__ out) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    i64 at[2];
    where.locate(i, at);
    out[at[1]] = in[at[0]];
  }
}

// A matrix of rows x columns for each of `planes` positions of the other axes, in tiles of 32 x 32
// that pass through shared memory, so that both sides see whole rows of a tile.
template <typename T>
__device__ __forceinline__ void transpose(
    const Strided<2>& planes,
    u32 count,
    u32 rows,
    u32 columns,
    i64 inRow,
    i64 outColumn,
    const T* __restrict__ in,
    T* __restrict__ out) {
  __shared__ T tile[32][33];  // 33: a column of the tile lies in 32 banks
  u32 across = (columns + 31) / 32;
  u32 down = (rows + 31) / 32;
  u64 tiles = (u64)across * down * count;
  for (u64 t = blockIdx.x; t < tiles; t += gridDim.x) {
    u32 column = (u32)(t % across) * 32;
    u32 row = (u32)(t / across % down) * 32;
    i64 at[2];
    planes.locate((u32)(t / across / down), at);
    for (u32 y = threadIdx.y; y < 32; y += 8) {
      if (row + y < rows && column + threadIdx.x < columns) {
        tile[y][threadIdx.x] = in[at[0] + (row + y) * inRow + column + threadIdx.x];
      }
    }
    __syncthreads();
    for (u32 y = threadIdx.y; y < 32; y += 8) {
      if (column + y < columns && row + threadIdx.x < rows) {
        out[at[1] + (column + y) * outColumn + row + threadIdx.x] = tile[threadIdx.x][y];
      }
    }
    __syncthreads();
  }
}

// ---- converting

__device__ __forceinline__ float halfToFloat(u16 bits) {
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
  return value;
}

__device__ __forceinline__ u16 toHalf(float value) {
  u16 bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}

__device__ __forceinline__ u16 toBfloat(float value) {
  u32 bits = __float_as_uint(value);
  return value != value ? (u16)(bits >> 16 | 0x40) : (u16)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// The float next to a value whose last bit is odd, unless the value is a float: rounding that once
// more to fewer bits gives what rounding the value once would.
__device__ __forceinline__ float roundedToOdd(double value) {
  float nearest = (float)value;
  double back = (double)nearest;
  u32 bits = __float_as_uint(nearest);
  if (value != value || back == value || (bits & 1) != 0) {
    return nearest;
  }
  bool outward = fabs(value) > fabs(back);
  return __uint_as_float(outward ? bits + 1 : bits - 1);
}

__device__ __forceinline__ u16 toHalf(double value) { return toHalf(roundedToOdd(value)); }
__device__ __forceinline__ u16 toBfloat(double value) { return toBfloat(roundedToOdd(value)); }

template <typename V>
__device__ __forceinline__ i64 truncated(V value, i64 low, i64 high) {
  if (value != value) {
    return 0;
  }
  return value >= (V)high ? high : value <= (V)low ? low : (i64)value;
}

// Reads an element in the narrowest type that holds all values of its own.
template <Type FROM>
struct Reader;
template <>
struct Reader<FLOAT32> {
  typedef float Element;
  static __device__ __forceinline__ float wide(float x) { return x; }
};
template <>
struct Reader<FLOAT64> {
  typedef double Element;
  static __device__ __forceinline__ double wide(double x) { return x; }
};
template <>
struct Reader<BFLOAT16> {
  typedef u16 Element;
  static __device__ __forceinline__ float wide(u16 x) { return __uint_as_float((u32)x << 16); }
};
template <>
struct Reader<FLOAT16> {
  typedef u16 Element;
  static __device__ __forceinline__ float wide(u16 x) { return halfToFloat(x); }
};
template <>
struct Reader<UINT8> {
  typedef u8 Element;
  static __device__ __forceinline__ float wide(u8 x) { return x; }
};
template <>
struct Reader<INT8> {
  typedef signed char Element;
  static __device__ __forceinline__ float wide(signed char x) { return x; }
};
template <>
struct Reader<BOOL> {
  typedef signed char Element;
  static __device__ __forceinline__ float wide(signed char x) { return x; }
};
template <>
struct Reader<INT32> {
  typedef int Element;
  static __device__ __forceinline__ double wide(int x) { return x; }
};
template <>
struct Reader<INT64> {
  typedef i64 Element;
  static __device__ __forceinline__ double wide(i64 x) { return (double)x; }
};

template <typename V>
__device__ __forceinline__ void store(int type, void* out, i64 at, V value) {
  switch (type) {
    case FLOAT32:
      static_cast<float*>(out)[at] = (float)value;
      break;
    case FLOAT64:
      static_cast<double*>(out)[at] = (double)value;
      break;
    case BFLOAT16:
      static_cast<u16*>(out)[at] = toBfloat(value);
      break;
    case FLOAT16:
      static_cast<u16*>(out)[at] = toHalf(value);
      break;
    case UINT8:
      static_cast<u8*>(out)[at] = (u8)truncated(value, 0, 255);
      break;
    case INT8:
      static_cast<signed char*>(out)[at] = (signed char)truncated(value, -128, 127);
      break;
    case INT32:
      static_cast<int*>(out)[at] = (int)truncated(value, -0x80000000ll, 0x7fffffffll);
      break;
    case INT64:
      static_cast<i64*>(out)[at] =
          truncated(value, -0x7fffffffffffffffll - 1, 0x7fffffffffffffffll);
      break;
    default:
      static_cast<u8*>(out)[at] = value != 0 ? 1 : 0;
  }
}

template <Type FROM>
__device__ __forceinline__ void convert(
    const Strided<2>& where, u32 n, const void* __restrict__ in, void* __restrict__ out, int to) {
  typedef typename Reader<FROM>::Element Element;
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    i64 at[2];
    where.locate(i, at);
    store(to, out, at[1], Reader<FROM>::wide(static_cast<const Element*>(in)[at[0]]));
  }
}

// ---- choosing

__device__ __forceinline__ bool isNonZero(int type, const void* in, i64 at) {
  switch (type) {
    case FLOAT32:
      return static_cast<const float*>(in)[at] != 0;
    case FLOAT64:
      return static_cast<const double*>(in)[at] != 0;
    case BFLOAT16:
    case FLOAT16:
      return (static_cast<const u16*>(in)[at] & 0x7fff) != 0;
    case INT32:
      return static_cast<const int*>(in)[at] != 0;
    case INT64:
      return static_cast<const i64*>(in)[at] != 0;
    default:
      return static_cast<const u8*>(in)[at] != 0;
  }
}

template <typename T>
__device__ __forceinline__ void select(
    const Strided<4>& where, u32 n, const void* condition, int type, const T* a, const T* b, T* out) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    i64 at[4];
    where.locate(i, at);
    out[at[3]] = isNonZero(type, condition, at[0]) ? a[at[1]] : b[at[2]];
  }
}

// ---- entries

#define WIDTH_ENTRIES(bits, T)                                                                     \
  extern "C" __global__ void fill_strided_b##bits(Strided<1> where, u32 n, T* out, u64 value) {    \
    fillStrided(where, n, out, value);                                                             \
  }                                                                                                \
  extern "C" __global__ void copy_b##bits(Strided<2> where, u32 n, const T* in, T* out) {          \
    copy(where, n, in, out);                                                                       \
  }                                                                                                \
  extern "C" __global__ void transpose_b##bits(                                                    \
      Strided<2> planes, u32 count, u32 rows, u32 columns, i64 inRow, i64 outColumn, const T* in,  \
      T* out) {                                                                                    \
    transpose(planes, count, rows, columns, inRow, outColumn, in, out);                            \
  }                                                                                                \
  extern "C" __global__ void select_b##bits(                                                       \
      Strided<4> where, u32 n, const void* condition, int type, const T* a, const T* b, T* out) {  \
    select(where, n, condition, type, a, b, out);                                                  \
  }

WIDTH_ENTRIES(8, u8)
WIDTH_ENTRIES(16, u16)
WIDTH_ENTRIES(32, u32)
WIDTH_ENTRIES(64, u64)

#define CONVERT_ENTRY(name, FROM)                                                     \
  extern "C" __global__ void convert_##name(                                          \
      Strided<2> where, u32 n, const void* in, void* out, int to) {                   \
    convert<FROM>(where, n, in, out, to);                                             \
  }

CONVERT_ENTRY(float32, FLOAT32)
CONVERT_ENTRY(float64, FLOAT64)
CONVERT_ENTRY(bfloat16, BFLOAT16)
CONVERT_ENTRY(float16, FLOAT16)
CONVERT_ENTRY(uint8, UINT8)
CONVERT_ENTRY(int8, INT8)
CONVERT_ENTRY(int32, INT32)
CONVERT_ENTRY(int64, INT64)
CONVERT_ENTRY(bool, BOOL)
