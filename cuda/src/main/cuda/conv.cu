// Convolution of [N, C, H, W] with [O, C / groups, kh, kw] and its gradients, as products of tiles
// whose operands are read through the convolution's geometry (implicit GEMM): no copy is laid out.
//
//   conv_forward_TILE_TYPE   out[o, (n, p, q)] = sum over (c, r, s) of w[o, (c, r, s)] x[n, c, h, w],
//                            h = p strideH + r dilationH - padH, w likewise; then bias[o], max(0, .)
//   conv_input_TILE_TYPE     dx[c, (n, h, w)] = sum over (o, r, s) of w[o, c, r, s] dy[n, o, p, q]
//                            where p strideH = h + padH - r dilationH, q likewise
//   conv_weight_TILE_TYPE    dw[o, (c, r, s)] = sum over (n, p, q) of dy[n, o, p, q] x[n, c, h, w];
//                            with splits > 1 partial sums [splits, O, C / groups kh kw], for split_sum
//   depthwise_forward, _input, _weight_TYPE   one input channel to a group: a thread makes one
//                            element of out or dx, a block of 256 one of dw
//
// TILE in {medium, small} of float32 and float64, and tf32, bf16, f16: float32 operands rounded for
// tensor cores. x and dy of any strides, the rest contiguous; N P Q and N H W below 2^31. The terms
// of a result are added in order, whatever the tile.
// Geometry: a block of 256 threads (64 for small) for each tile; depthwise blocks of 256, grids of any
// size.
#include "tiles.cuh"

struct Conv {
  int batch;
  int inPerGroup;
  int outPerGroup;
  int height;
  int width;
  int outHeight;
  int outWidth;
  int kernelH;
  int kernelW;
  int strideH;
  int strideW;
  int padH;
  int padW;
  int dilationH;
  int dilationW;
  int groups;
  Divisor byHeight;
  Divisor byWidth;
  Divisor byOutHeight;
  Divisor byOutWidth;
  Divisor byTaps;
  Divisor byKernelW;
  Divisor byStrideH;
  Divisor byStrideW;
  i64 x[4];  // strides n c h w
  i64 y[4];  // of out or dy

  __device__ __forceinline__ int taps() const { return kernelH * kernelW; }
  __device__ __forceinline__ u32 inPixels() const { return (u32)batch * height * width; }
  __device__ __forceinline__ u32 outPixels() const { return (u32)batch * outHeight * outWidth; }
};

// A position in an image and what it adds to an offset; places outside make every sum fall outside.
struct Place {
  i64 offset;
  int h;
  int w;

  static __device__ __forceinline__ Place outside() { return {0, -0x40000000, -0x40000000}; }
};

// Splits i of images of rows x columns.
__device__ __forceinline__ void splitPixel(
    u32 i, const Divisor& rows, const Divisor& columns, u32& n, u32& row, u32& column) {
  u32 line = columns.quotient(i);
  column = i - line * columns.value;
  n = rows.quotient(line);
  row = line - n * rows.value;
}

// ---- loaders; a "pixel" is a position of out in Image, of dx in Gradient

template <typename T>
struct ImageReader {
  const T* origin;  // x at the group's first channel
  const Conv& conv;

  __device__ __forceinline__ Place pixel(u32 i) const {
    if (i >= conv.outPixels()) {
      return Place::outside();
    }
    u32 n;
    u32 p;
    u32 q;
    splitPixel(i, conv.byOutHeight, conv.byOutWidth, n, p, q);
    int h = (int)p * conv.strideH - conv.padH;
    int w = (int)q * conv.strideW - conv.padW;
    return {n * conv.x[0] + h * conv.x[2] + w * conv.x[3], h, w};
  }

  __device__ __forceinline__ Place tap(u32 i) const {
    u32 c = conv.byTaps.quotient(i);
    if (c >= conv.inPerGroup) {
      return Place::outside();
    }
    u32 rest = i - c * conv.taps();
    u32 r = conv.byKernelW.quotient(rest);
    int h = (int)r * conv.dilationH;
    int w = (int)(rest - r * conv.kernelW) * conv.dilationW;
    return {c * conv.x[1] + h * conv.x[2] + w * conv.x[3], h, w};
  }

  __device__ __forceinline__ const T* find(const Place& a, const Place& b) const {
    bool inside = (u32)(a.h + b.h) < (u32)conv.height && (u32)(a.w + b.w) < (u32)conv.width;
    return inside ? origin + a.offset + b.offset : nullptr;
  }
};

// x as the operand whose rows are output pixels and whose columns are taps.
template <typename T>
struct PixelsByTaps : ImageReader<T> {
  typedef Place Row;
  typedef Place Column;
  __device__ __forceinline__ Row row(u32 i) const { return this->pixel(i); }
  __device__ __forceinline__ Column column(u32 k) const { return this->tap(k); }
};

// Likewise with rows and columns exchanged.
template <typename T>
struct TapsByPixels : ImageReader<T> {
  typedef Place Row;
  typedef Place Column;
  __device__ __forceinline__ Row row(u32 i) const { return this->tap(i); }
  __device__ __forceinline__ Column column(u32 k) const { return this->pixel(k); }
};

// dy as the operand whose rows are input pixels and whose columns are (o, r, s).
template <typename T>
struct GradientReader {
  const T* origin;  // dy at the group's first channel
  const Conv& conv;

  typedef Place Row;
  typedef Place Column;

  __device__ __forceinline__ Row row(u32 i) const {
    if (i >= conv.inPixels()) {
      return Place::outside();
    }
    u32 n;
    u32 h;
    u32 w;
    splitPixel(i, conv.byHeight, conv.byWidth, n, h, w);
    return {n * conv.y[0], (int)h + conv.padH, (int)w + conv.padW};
  }

  __device__ __forceinline__ Column column(u32 k) const {
    u32 o = conv.byTaps.quotient(k);
    u32 rest = k - o * conv.taps();
    u32 r = conv.byKernelW.quotient(rest);
    return {o * conv.y[1], (int)r * conv.dilationH, (int)(rest - r * conv.kernelW) * conv.dilationW};
  }

  __device__ __forceinline__ const T* find(const Place& pixel, const Place& tap) const {
    int h = pixel.h - tap.h;
    int w = pixel.w - tap.w;
    if (h < 0 || w < 0) {
      return nullptr;
    }
    int p = (int)conv.byStrideH.quotient(h);
    int q = (int)conv.byStrideW.quotient(w);
    bool inside = p * conv.strideH == h && q * conv.strideW == w && p < conv.outHeight && q < conv.outWidth;
    return inside ? origin + pixel.offset + tap.offset + p * conv.y[2] + q * conv.y[3] : nullptr;
  }
};

// dy as the operand whose rows are output channels and whose columns are output pixels.
template <typename T>
struct ChannelsByPixels {
  const T* origin;
  const Conv& conv;

  typedef const T* Row;
  typedef i64 Column;

  __device__ __forceinline__ Row row(u32 o) const {
    return o < conv.outPerGroup ? origin + o * conv.y[1] : nullptr;
  }

  __device__ __forceinline__ Column column(u32 k) const {
    u32 n;
    u32 p;
    u32 q;
    splitPixel(k, conv.byOutHeight, conv.byOutWidth, n, p, q);
    return n * conv.y[0] + p * conv.y[2] + q * conv.y[3];
  }

  __device__ __forceinline__ const T* find(Row row, Column column) const {
    return row == nullptr ? nullptr : row + column;
  }
};

// w as the operand whose rows are input channels and whose columns are (o, r, s).
template <typename T>
struct WeightByInput {
  const T* origin;  // w at the group's first output channel
  const Conv& conv;

  typedef const T* Row;
  typedef i64 Column;

  __device__ __forceinline__ Row row(u32 c) const {
    return c < conv.inPerGroup ? origin + c * conv.taps() : nullptr;
  }

  __device__ __forceinline__ Column column(u32 k) const {
    u32 o = conv.byTaps.quotient(k);
    return (i64)o * (conv.inPerGroup - 1) * conv.taps() + k;
  }

  __device__ __forceinline__ const T* find(Row row, Column column) const {
    return row == nullptr ? nullptr : row + column;
  }
};

// ---- products

// Writes a tile to [N, groups channels, plane], whose rows are channels and whose columns pixels.
template <typename Tile, typename T>
__device__ __forceinline__ void writePlanes(
    const Work& work, const Conv& conv, u32 m0, u32 n0, u32 group, const Divisor& plane,
    const Tile& tile, T* out) {
  tile.forEachPack([&](u32 i, u32 j, const T* value) {
    u32 row = m0 + i;
    if (row >= work.m) {
      return;
    }
#pragma unroll
    for (int l = 0; l < Tile::L; l++) {
      u32 pixel = n0 + j + l;
      if (pixel < work.n) {
        u32 n = plane.quotient(pixel);
        i64 channel = ((i64)n * conv.groups + group) * work.m + row;
        out[channel * plane.value + pixel - n * plane.value] = value[l];
      }
    }
  });
}

template <typename Tile, typename T>
__device__ __forceinline__ void forward(
    const Work& work, const Conv& conv, Divisor plane, const T* x, const T* w, const T* bias,
    int clamp, T* out) {
  __shared__ Panels<Tile> panels;
  work.withTile<Tile::BM, Tile::BN>([&](u32 m0, u32 n0, u32 group, u32) {
    Matrix<T> a = {w + (i64)group * work.m * work.k, work.k, 1, work.m, false};
    PixelsByTaps<T> b = {{x + group * conv.inPerGroup * conv.x[1], conv}};
    Tile tile;
    addProducts<true, false>(a, b, m0, n0, 0, work.k, panels, tile);
    if (bias != nullptr) {
      tile.forEach([&](u32 i, u32, T& value) {
        value += bias[group * work.m + min(m0 + i, work.m - 1)];
      });
    }
    if (clamp) {
      tile.forEach([&](u32, u32, T& value) { value = relu(value); });
    }
    writePlanes(work, conv, m0, n0, group, plane, tile, out);
  });
}

template <typename Tile, typename T>
__device__ __forceinline__ void gradInput(
    const Work& work, const Conv& conv, Divisor plane, const T* dy, const T* w, T* dx) {
  __shared__ Panels<Tile> panels;
  work.withTile<Tile::BM, Tile::BN>([&](u32 m0, u32 n0, u32 group, u32) {
    WeightByInput<T> a = {w + (i64)group * conv.outPerGroup * conv.inPerGroup * conv.taps(), conv};
    GradientReader<T> b = {dy + group * conv.outPerGroup * conv.y[1], conv};
    Tile tile;
    addProducts<true, false>(a, b, m0, n0, 0, work.k, panels, tile);
    writePlanes(work, conv, m0, n0, group, plane, tile, dx);
  });
}

template <typename Tile, typename T>
__device__ __forceinline__ void gradWeight(
    const Work& work, const Conv& conv, const T* x, const T* dy, T* dw) {
  __shared__ Panels<Tile> panels;
  work.withTile<Tile::BM, Tile::BN>([&](u32 m0, u32 n0, u32 group, u32 split) {
    ChannelsByPixels<T> a = {dy + group * conv.outPerGroup * conv.y[1], conv};
    TapsByPixels<T> b = {{x + group * conv.inPerGroup * conv.x[1], conv}};
    Tile tile;
    u32 begin = split * work.depth;
    addProducts<true, true>(
        a, b, m0, n0, begin, min(work.k, begin + work.depth), panels, tile);
    T* out = dw + ((i64)split * work.layers + group) * work.m * work.n;
    tile.forEachPack([&](u32 i, u32 j, const T* value) {
      u32 row = m0 + i;
      if (row >= work.m) {
        return;
      }
#pragma unroll
      for (int l = 0; l < Tile::L; l++) {
        if (n0 + j + l < work.n) {
          out[(i64)row * work.n + n0 + j + l] = value[l];
        }
      }
    });
  });
}

// ---- one input channel to a group

template <typename T>
__device__ __forceinline__ void depthwiseForward(
    const Conv& conv, u32 n, Divisor channels, const T* __restrict__ x, const T* __restrict__ w,
    const T* __restrict__ bias, int clamp, T* __restrict__ out) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    u32 plane;
    u32 p;
    u32 q;
    splitPixel((u32)i, conv.byOutHeight, conv.byOutWidth, plane, p, q);
    u32 image = channels.quotient(plane);
    u32 o = plane - image * channels.value;
    const T* in = x + image * conv.x[0] + o / conv.outPerGroup * conv.x[1];
    int top = (int)p * conv.strideH - conv.padH;
    int left = (int)q * conv.strideW - conv.padW;
    const T* weight = w + (i64)o * conv.taps();
    T sum = 0;
#pragma unroll 1
    for (int r = 0; r < conv.kernelH; r++) {
      int h = top + r * conv.dilationH;
      if ((u32)h < (u32)conv.height) {
#pragma unroll 1
        for (int s = 0; s < conv.kernelW; s++) {
          int column = left + s * conv.dilationW;
          if ((u32)column < (u32)conv.width) {
            sum += weight[r * conv.kernelW + s] * in[h * conv.x[2] + column * conv.x[3]];
          }
        }
      }
    }
    if (bias != nullptr) {
      sum += bias[o];
    }
    out[i] = clamp ? relu(sum) : sum;
  }
}

template <typename T>
__device__ __forceinline__ void depthwiseInput(
    const Conv& conv, u32 n, Divisor channels, const T* __restrict__ dy, const T* __restrict__ w,
    T* __restrict__ dx) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    u32 plane;
    u32 h;
    u32 column;
    splitPixel((u32)i, conv.byHeight, conv.byWidth, plane, h, column);
    u32 image = channels.quotient(plane);
    u32 c = plane - image * channels.value;
    GradientReader<T> gradient = {dy + c * conv.outPerGroup * conv.y[1], conv};
    Place pixel = {image * conv.y[0], (int)h + conv.padH, (int)column + conv.padW};
    const T* weight = w + (i64)c * conv.outPerGroup * conv.taps();
    T sum = 0;
#pragma unroll 1
    for (u32 k = 0; k < conv.outPerGroup * conv.taps(); k++) {
      const T* from = gradient.find(pixel, gradient.column(k));
      if (from != nullptr) {
        sum += weight[k] * *from;
      }
    }
    dx[i] = sum;
  }
}

template <typename T>
__device__ __forceinline__ void depthwiseWeight(
    const Conv& conv, u32 n, const T* __restrict__ x, const T* __restrict__ dy, T* __restrict__ dw) {
#pragma unroll 1
  for (u32 i = blockIdx.x; i < n; i += gridDim.x) {
    u32 o = conv.byTaps.quotient(i);
    TapsByPixels<T> image = {{x + o / conv.outPerGroup * conv.x[1], conv}};
    ChannelsByPixels<T> gradient = {dy + o * conv.y[1], conv};
    Place tap = image.tap(i - o * conv.taps());
    T sum = 0;
#pragma unroll 1
    for (u32 pixel = threadIdx.x; pixel < conv.outPixels(); pixel += 256) {
      const T* from = image.find(image.pixel(pixel), tap);
      if (from != nullptr) {
        sum += *from * gradient.origin[gradient.column(pixel)];
      }
    }
    sum = blockReduce<Sum<T>, 256>(sum);
    if (threadIdx.x == 0) {
      dw[i] = sum;
    }
  }
}

// ---- entries

// BLOCKS of a multiprocessor that registers must suffice for: one of tensor cores, else two.
#define TILE_ENTRIES(name, TILE, T, BLOCKS)                                                         \
  extern "C" __global__ void __launch_bounds__(TILE::THREADS, BLOCKS) conv_forward_##name(             \
      Work work, Conv conv, Divisor plane, const T* x, const T* w, const T* bias, int clamp,      \
      T* out) {                                                                                   \
    forward<TILE>(work, conv, plane, x, w, bias, clamp, out);                                     \
  }                                                                                               \
  extern "C" __global__ void __launch_bounds__(TILE::THREADS, BLOCKS) conv_input_##name(               \
      Work work, Conv conv, Divisor plane, const T* dy, const T* w, T* dx) {                      \
    gradInput<TILE>(work, conv, plane, dy, w, dx);                                                \
  }                                                                                               \
  extern "C" __global__ void __launch_bounds__(TILE::THREADS, BLOCKS) conv_weight_##name(              \
      Work work, Conv conv, const T* x, const T* dy, T* dw) {                                     \
    gradWeight<TILE>(work, conv, x, dy, dw);                                                      \
  }

typedef FMA_MEDIUM_f32 MediumF32;
typedef FMA_SMALL_f32 SmallF32;
typedef FMA_MEDIUM_f64 MediumF64;
typedef FMA_SMALL_f64 SmallF64;

TILE_ENTRIES(medium_f32, MediumF32, float, 2)
TILE_ENTRIES(small_f32, SmallF32, float, 2)
TILE_ENTRIES(medium_f64, MediumF64, double, 2)
TILE_ENTRIES(small_f64, SmallF64, double, 2)
TILE_ENTRIES(tf32, TensorTile<TF32>, float, 1)
TILE_ENTRIES(bf16, TensorTile<BF16>, float, 1)
TILE_ENTRIES(f16, TensorTile<F16>, float, 1)

#define TYPE_ENTRIES(suffix, T)                                                                   \
  extern "C" __global__ void depthwise_forward_##suffix(                                          \
      Conv conv, u32 n, Divisor channels, const T* x, const T* w, const T* bias, int clamp,       \
      T* out) {                                                                                   \
    depthwiseForward(conv, n, channels, x, w, bias, clamp, out);                                  \
  }                                                                                               \
  extern "C" __global__ void depthwise_input_##suffix(                                            \
      Conv conv, u32 n, Divisor channels, const T* dy, const T* w, T* dx) {                       \
    depthwiseInput(conv, n, channels, dy, w, dx);                                                 \
  }                                                                                               \
  extern "C" __global__ void depthwise_weight_##suffix(                                           \
      Conv conv, u32 n, const T* x, const T* dy, T* dw) {                                         \
    depthwiseWeight(conv, n, x, dy, dw);                                                          \
  }

TYPE_ENTRIES(f32, float)
TYPE_ENTRIES(f64, double)
