// Convolution with a weight [O, C / groups, kh, kw] of dense blocks, its input gradient and its
// sampled weight gradient, as implicit products on tensor cores. Opt-in: operands are bf16, f16 or
// float32 rounded to tf32; sums are float32.
//
// The operand that a tap shifts is laid out once with its padding, one copy for each horizontal tap,
// shifted by it; rows are `pitch` elements apart, a multiple of 16 bytes. So each tap reads pieces of
// 16 bytes of neighbouring pixels wherever it stands: what im2col would copy kh kw times is copied kw
// times. Items are the positions of a grid of whole pieces; those beyond the grid's true width hold
// zeros and are not stored.
//
//   conv_shifted_FROM_TYPE      out[n, c, i, s, y, x] =
//                               in[n, c, y stepH + i - padH, x stepW + base + shift(s)], 0 outside
//                               and for x beyond gridWidth; in of any strides; any one-dimensional
//                               grid. shift(s) = s dilation (forward), -floor(s dilation / stride)
//                               (input gradient). With one tap also the layout of dy.
//   conv_repacked_FROM_TYPE     out[p] = places[p] < 0 ? 0 : values[places[p]]
//   blocks_conv_mma_TYPE_bB     forward: rows are output channels. Input gradient: rows are B
//                               neighbouring input channels, once for each phase of the stride, and
//                               the stored columns the output channels of a block at one tap, with
//                               values repacked to match. Grid as blocks_mma.
//   conv_sampled_mma_TYPE_bB    weight gradient; dy takes the place of a in sampled_mma, with rows
//                               `leftPitch` apart. Grid as sampled_mma.
//
// B, the height of blocks, is 8, 16, 32 or 64; their width is any multiple of 8. Neighbouring rows of
// a block are neighbouring channels of one phase.
#include "block_mma.cuh"
#include "sampled_mma.cuh"

struct ShiftedPlanes {
  Divisor pitch;
  Divisor height;    // of a plane
  Divisor taps;      // horizontal
  Divisor phasesH;
  Divisor channels;
  Divisor tapStep;   // of what `dilation` counts
  u32 gridWidth;
  u32 stepH;
  u32 stepW;
  u32 inHeight;
  u32 inWidth;
  int padH;
  int base;
  u32 dilation;
  int backward;      // whether taps lie before and not after
  i64 strideN;
  i64 strideC;
  i64 strideH;
  i64 strideW;
};

template <typename From, typename To>
__device__ __forceinline__ To converted(From value);

template <>
__device__ __forceinline__ u32 converted<u32, u32>(u32 value) { return value; }
template <>
__device__ __forceinline__ u16 converted<u16, u16>(u16 value) { return value; }
template <>
__device__ __forceinline__ __nv_bfloat16 converted<float, __nv_bfloat16>(float value) {
  return __float2bfloat16_rn(value);
}
template <>
__device__ __forceinline__ __half converted<float, __half>(float value) {
  return __float2half_rn(value);
}

template <typename From, typename To>
__device__ __forceinline__ void convShifted(
    const ShiftedPlanes& planes, u32 count, const From* __restrict__ in, To* __restrict__ out) {
#pragma unroll 1
  for (i64 i = firstThread(); i < count; i += allThreads()) {
    u32 line = planes.pitch.quotient(i);
    u32 x = i - line * planes.pitch.value;
    u32 plane = planes.height.quotient(line);
    u32 y = line - plane * planes.height.value;
    u32 rest = planes.taps.quotient(plane);
    u32 tap = plane - rest * planes.taps.value;
    u32 map = planes.phasesH.quotient(rest);
    u32 phaseH = rest - map * planes.phasesH.value;
    u32 image = planes.channels.quotient(map);
    u32 channel = map - image * planes.channels.value;
    u32 shift = planes.tapStep.quotient(tap * planes.dilation);
    u32 h = y * planes.stepH + phaseH - planes.padH;
    u32 w = x * planes.stepW + planes.base + (planes.backward ? -shift : shift);
    out[i] = x < planes.gridWidth && h < planes.inHeight && w < planes.inWidth
        ? converted<From, To>(in[image * planes.strideN + channel * planes.strideC
                                 + h * planes.strideH + w * planes.strideW])
        : To{};
  }
}

template <typename From, typename To>
__device__ __forceinline__ void convRepacked(
    u32 count, const int* __restrict__ places, const From* __restrict__ values,
    To* __restrict__ out) {
#pragma unroll 1
  for (i64 i = firstThread(); i < count; i += allThreads()) {
    int place = places[i];
    out[i] = place < 0 ? To{} : converted<From, To>(values[place]);
  }
}

#define LAYOUT(NAME, FROM, TO)                                                               \
  extern "C" __global__ void conv_shifted_##NAME(                                            \
      ShiftedPlanes planes, u32 count, const FROM* __restrict__ in, TO* __restrict__ out) {  \
    convShifted<FROM, TO>(planes, count, in, out);                                           \
  }                                                                                          \
  extern "C" __global__ void conv_repacked_##NAME(                                           \
      u32 count, const int* __restrict__ places, const FROM* __restrict__ values,            \
      TO* __restrict__ out) {                                                                \
    convRepacked<FROM, TO>(count, places, values, out);                                      \
  }

LAYOUT(f32_f32, u32, u32)
LAYOUT(f32_bf16, float, __nv_bfloat16)
LAYOUT(f32_f16, float, __half)
LAYOUT(bf16_bf16, u16, u16)
LAYOUT(f16_f16, u16, u16)

#define CONV_MMA_SIZE(TYPE, T, B)                                                               \
  extern "C" __global__ void __launch_bounds__(MMA_THREADS) blocks_conv_mma_##TYPE##_b##B(      \
      ImageItems items, MmaRows a, const T* __restrict__ values, const T* __restrict__ in,      \
      const float* __restrict__ bias, int relu, float* __restrict__ out) {                      \
    BlockMma<T, B, false, ImageItems>::run(                                                     \
        items, a, values, in, 1, {0.0f, bias, nullptr, relu}, out);                             \
  }                                                                                             \
  extern "C" __global__ void __launch_bounds__(MMA_THREADS) conv_sampled_mma_##TYPE##_b##B(     \
      ImageItems items, u32 splitItems, MmaChunks chunks, const T* __restrict__ dy,             \
      u32 leftPitch, const T* __restrict__ in, float* __restrict__ out) {                       \
    SampledMma<T, B, ImageItems>::run(items, splitItems, chunks, dy, leftPitch, in, 1, out);    \
  }
#define CONV_MMA(TYPE, T)    \
  CONV_MMA_SIZE(TYPE, T, 8)  \
  CONV_MMA_SIZE(TYPE, T, 16) \
  CONV_MMA_SIZE(TYPE, T, 32) \
  CONV_MMA_SIZE(TYPE, T, 64)

CONV_MMA(bf16, __nv_bfloat16)
CONV_MMA(f16, __half)
CONV_MMA(tf32, Tf32)
