// Convolution with a sparse weight [O, C / groups, kh, kw], its input gradient and its sampled
// weight gradient, without im2col.
//
// The input is laid out once with its padding and, where the convolution strides, as one plane per
// phase of the stride (conv_planes): then tap (c, r, s) of output (y, x) lies at a place that depends
// on the tap alone plus y rowPitch + x, so that neighbouring outputs read neighbouring elements for
// every stride, padding and dilation. A weight's place is worked out once per pattern.
//
//   conv_planes_TYPE           out[n, c, i, j, y, x] = in[n, c, y stepH + i - padH, x stepW + j - padW],
//                              0 outside; in of any strides; any one-dimensional grid
//   sparse_conv_TYPE_vVlLiI    forward: rows are output channels, items are output pixels. Input
//                              gradient: rows are input channels, one for each phase of the stride;
//                              items are pixels of that phase; the dense operand is dy with zeros
//                              around it. V > 1 where every place and extent is divisible by it
//                              (1 x 1). Grid as spmm.
//   block_conv_TYPE_vVhH       the same for a weight of blocks. Grid as blocks.
//   conv_sampled_TYPE_vVlLhH   weight gradient: dy takes the place of a in sddmm. Grid as sddmm.
#include "block_product.cuh"
#include "gather_product.cuh"
#include "sampled_product.cuh"

struct Planes {
  Divisor width;     // of a plane
  Divisor height;
  Divisor phasesW;   // that taps reach, at most stepW
  Divisor phasesH;
  Divisor channels;
  u32 stepH;
  u32 stepW;
  u32 inHeight;
  u32 inWidth;
  int padH;
  int padW;
  i64 strideN;
  i64 strideC;
  i64 strideH;
  i64 strideW;
};

template <typename T>
__device__ __forceinline__ void convPlanes(
    const Planes& planes, u32 count, const T* __restrict__ in, T* __restrict__ out) {
#pragma unroll 1
  for (i64 i = firstThread(); i < count; i += allThreads()) {
    u32 line = planes.width.quotient(i);
    u32 x = i - line * planes.width.value;
    u32 plane = planes.height.quotient(line);
    u32 y = line - plane * planes.height.value;
    u32 row = planes.phasesW.quotient(plane);
    u32 phaseW = plane - row * planes.phasesW.value;
    u32 map = planes.phasesH.quotient(row);
    u32 phaseH = row - map * planes.phasesH.value;
    u32 image = planes.channels.quotient(map);
    u32 channel = map - image * planes.channels.value;
    u32 h = y * planes.stepH + phaseH - planes.padH;
    u32 w = x * planes.stepW + phaseW - planes.padW;
    out[i] = h < planes.inHeight && w < planes.inWidth
        ? in[image * planes.strideN + channel * planes.strideC + h * planes.strideH
             + w * planes.strideW]
        : T(0);
  }
}

#define CONV_PLANES(TYPE, T)                                                     \
  extern "C" __global__ void conv_planes_##TYPE(                                 \
      Planes planes, u32 count, const T* __restrict__ in, T* __restrict__ out) { \
    convPlanes(planes, count, in, out);                                          \
  }

CONV_PLANES(f32, float)
CONV_PLANES(f64, double)

#define SPARSE_CONV(TYPE, T, V, L, I)                                                         \
  extern "C" __global__ void __launch_bounds__(PRODUCT_THREADS)                               \
      sparse_conv_##TYPE##_v##V##l##L##i##I(                                                  \
          ImageItems items, u32 rows, u32 stored, const int* __restrict__ order,              \
          const int* __restrict__ offsets, const u32* __restrict__ places,                    \
          const T* __restrict__ values, const T* __restrict__ in, const T* __restrict__ bias, \
          int relu, T* __restrict__ out) {                                                    \
    GatherProduct<T, u32, V, L, I, ImageItems>::run(                                          \
        items, {rows, stored, order, offsets, places, values}, in, 1,                         \
        {T(0), bias, nullptr, relu}, out);                                                    \
  }

SPARSE_CONV(f32, float, 4, 8, 2)
SPARSE_CONV(f32, float, 1, 32, 2)
SPARSE_CONV(f32, float, 1, 32, 1)
SPARSE_CONV(f64, double, 1, 32, 1)

#define BLOCK_CONV(TYPE, T, V, H)                                                                \
  extern "C" __global__ void __launch_bounds__(BLOCK_THREADS, 4) block_conv_##TYPE##_v##V##h##H(    \
      ImageItems items, BlockRows<T> a, const T* __restrict__ in, const T* __restrict__ bias,    \
      int relu, T* __restrict__ out) {                                                           \
    BlockProduct<T, V, H, ImageItems>::run(items, a, in, 1, {T(0), bias, nullptr, relu}, out);   \
  }

BLOCK_CONV(f32, float, 4, 2)
BLOCK_CONV(f32, float, 4, 4)
BLOCK_CONV(f32, float, 4, 8)
BLOCK_CONV(f32, float, 1, 2)
BLOCK_CONV(f32, float, 1, 4)
BLOCK_CONV(f32, float, 1, 8)
BLOCK_CONV(f64, double, 1, 2)
BLOCK_CONV(f64, double, 1, 4)
BLOCK_CONV(f64, double, 1, 8)

#define CONV_SAMPLED(TYPE, T, V, L, H)                                                        \
  extern "C" __global__ void __launch_bounds__(SAMPLED_THREADS)                               \
      conv_sampled_##TYPE##_v##V##l##L##h##H(                                                 \
          ImageItems items, u32 splitItems, Chunks<u32> chunks, const T* __restrict__ dy,     \
          const T* __restrict__ in, T* __restrict__ out) {                                    \
    SampledProduct<T, u32, V, L, H, ImageItems>::run(items, splitItems, chunks, dy, in, 1, out); \
  }
#define CONV_SAMPLED_HEIGHTS(TYPE, T, V, L) \
  CONV_SAMPLED(TYPE, T, V, L, 1)            \
  CONV_SAMPLED(TYPE, T, V, L, 2)            \
  CONV_SAMPLED(TYPE, T, V, L, 4)            \
  CONV_SAMPLED(TYPE, T, V, L, 8)

CONV_SAMPLED_HEIGHTS(f32, float, 4, 8)
CONV_SAMPLED_HEIGHTS(f32, float, 1, 32)
CONV_SAMPLED_HEIGHTS(f64, double, 1, 32)
