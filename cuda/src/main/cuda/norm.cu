// Channel statistics, batch normalisation and layer normalisation.
//
// Batch: x contiguous [N, C, S]; a channel is N x S elements. Pieces of at most 4096 of them, cut by
// the shape alone, are worked on by one block each; their results are joined in order of the pieces.
//   channel_pieces_TYPE       mean and sum of squared deviations of each piece -> pieces [C, P]
//   channel_stats_TYPE        mean and biased variance of the channel from its pieces, by the
//                             pairwise update of Chan, Golub and LeVeque (1983)
//   channel_affine_TYPE       out = scale[c] x + shift[c], then max(0, .) if asked
//   batch_norm_sums_TYPE      of each piece: sum dy' and sum dy' xhat, xhat = (x - mean) invStd and
//                             dy' = y > 0 ? dy : 0 where a ReLU's output y is given
//   batch_norm_totals_TYPE    dbeta and dgamma from the pieces
//   batch_norm_grad_TYPE      dx = gamma invStd (dy' - (dbeta + xhat dgamma) / (N S))
// Layer: x contiguous [R, D], over D; a warp for rows of at most 1024 (…_TYPE), a block for longer
// ones (…_wide_TYPE).
//   layer_norm_TYPE           out = gamma xhat + beta, mean and invStd [R]
//   layer_norm_grad_TYPE      dx = invStd (g - (sum g + xhat sum g xhat) / D), g = gamma dy
//   layer_norm_sums_TYPE      partial sums over 256 rows of dy xhat and dy -> [P, D] each
//
// Geometry: blocks of 256 threads (layer_norm_sums: 32 x 8), grids of any size.
#include "common.cuh"

constexpr int PIECE = 4096;
constexpr int THREADS = 256;
constexpr int EACH = PIECE / THREADS;

struct Channels {
  i64 channels;
  u32 spatial;     // S
  u32 perChannel;  // N S
  u32 pieces;      // P
  Divisor bySpatial;

  // Element t of channel c.
  __device__ __forceinline__ i64 at(u32 c, u32 t) const {
    u32 n = bySpatial.quotient(t);
    return ((i64)n * channels + c) * spatial + (t - n * spatial);
  }
};

// Visits this block's pieces: channel, first element and number of elements.
template <typename Visit>
__device__ __forceinline__ void forEachPiece(const Channels& where, Visit visit) {
#pragma unroll 1
  for (i64 piece = blockIdx.x; piece < where.channels * where.pieces; piece += gridDim.x) {
    u32 c = (u32)(piece / where.pieces);
    u32 start = (u32)(piece % where.pieces) * PIECE;
    visit(piece, c, start, min((u32)PIECE, where.perChannel - start));
  }
}

template <typename T>
__device__ __forceinline__ void channelPieces(
    const Channels& where, const T* __restrict__ x, T* __restrict__ means, T* __restrict__ squares) {
  forEachPiece(where, [&](i64 piece, u32 c, u32 start, u32 count) {
    T origin = x[where.at(c, start)];  // sums of what is left keep more digits
    T value[EACH];
    T sum = 0;
#pragma unroll
    for (int k = 0; k < EACH; k++) {
      u32 t = k * THREADS + threadIdx.x;
      value[k] = t < count ? x[where.at(c, start + t)] - origin : T(0);
      sum += value[k];
    }
    T mean = blockReduce<Sum<T>, THREADS>(sum) / count;
    T square = 0;
#pragma unroll
    for (int k = 0; k < EACH; k++) {
      T d = value[k] - mean;
      square += k * THREADS + threadIdx.x < count ? d * d : T(0);
    }
    square = blockReduce<Sum<T>, THREADS>(square);
    if (threadIdx.x == 0) {
      means[piece] = mean + origin;
      squares[piece] = square;
    }
  });
}

template <typename T>
__device__ __forceinline__ void channelStats(
    const Channels& where, const T* __restrict__ means, const T* __restrict__ squares,
    T* __restrict__ mean, T* __restrict__ variance) {
#pragma unroll 1
  for (i64 c = firstThread(); c < where.channels; c += allThreads()) {
    T center = 0;
    T square = 0;
    u32 before = 0;
#pragma unroll 1
    for (u32 p = 0; p < where.pieces; p++) {
      u32 count = min((u32)PIECE, where.perChannel - p * PIECE);
      T distance = means[c * where.pieces + p] - center;
      T share = (T)count / (T)(before + count);
      square += squares[c * where.pieces + p] + distance * distance * (T)before * share;
      center = before == 0 ? means[c * where.pieces] : center + distance * share;
      before += count;
    }
    mean[c] = before == 0 ? T(0) / T(0) : center;
    variance[c] = square / (T)where.perChannel;
  }
}

template <typename T>
__device__ __forceinline__ void channelAffine(
    u32 n, Divisor spatial, Divisor channels, const T* __restrict__ x, const T* __restrict__ scale,
    const T* __restrict__ shift, int clamp, T* __restrict__ out) {
  constexpr int L = Pack<T>::LENGTH;
  // with L dividing S, the elements of a pack belong to one channel
  bool fast = spatial.value % L == 0 && aligned16(x) && aligned16(out);
  u32 packs = fast ? n / L : 0;
#pragma unroll 1
  for (i64 i = firstThread(); i < packs; i += allThreads()) {
    u32 plane = spatial.quotient((u32)i * L);
    u32 c = plane - channels.quotient(plane) * channels.value;
    T factor = scale[c];
    T offset = shift[c];
    Pack<T> values = reinterpret_cast<const Pack<T>*>(x)[i];
#pragma unroll
    for (int j = 0; j < L; j++) {
      T value = factor * values.lane[j] + offset;
      values.lane[j] = clamp ? relu(value) : value;
    }
    reinterpret_cast<Pack<T>*>(out)[i] = values;
  }
#pragma unroll 1
  for (i64 i = packs * L + firstThread(); i < n; i += allThreads()) {
    u32 plane = spatial.quotient((u32)i);
    u32 c = plane - channels.quotient(plane) * channels.value;
    T value = scale[c] * x[i] + shift[c];
    out[i] = clamp ? relu(value) : value;
  }
}

template <typename T>
__device__ __forceinline__ T passed(const T* y, const T* dy, i64 at) {
  return y == nullptr || y[at] > 0 ? dy[at] : T(0);
}

template <typename T>
__device__ __forceinline__ void batchNormSums(
    const Channels& where, const T* __restrict__ x, const T* __restrict__ dy,
    const T* __restrict__ y, const T* __restrict__ mean, const T* __restrict__ invStd,
    T* __restrict__ betas, T* __restrict__ gammas) {
  forEachPiece(where, [&](i64 piece, u32 c, u32 start, u32 count) {
    T center = mean[c];
    T inverse = invStd[c];
    T sum = 0;
    T product = 0;
#pragma unroll 4
    for (u32 t = threadIdx.x; t < count; t += THREADS) {
      i64 at = where.at(c, start + t);
      T g = passed(y, dy, at);
      sum += g;
      product += g * ((x[at] - center) * inverse);
    }
    sum = blockReduce<Sum<T>, THREADS>(sum);
    product = blockReduce<Sum<T>, THREADS>(product);
    if (threadIdx.x == 0) {
      betas[piece] = sum;
      gammas[piece] = product;
    }
  });
}

template <typename T>
__device__ __forceinline__ void batchNormTotals(
    i64 channels, u32 pieces, const T* __restrict__ betas, const T* __restrict__ gammas,
    T* __restrict__ dbeta, T* __restrict__ dgamma) {
#pragma unroll 1
  for (i64 c = firstThread(); c < channels; c += allThreads()) {
    T beta = 0;
    T gamma = 0;
#pragma unroll 1
    for (u32 p = 0; p < pieces; p++) {
      beta += betas[c * pieces + p];
      gamma += gammas[c * pieces + p];
    }
    dbeta[c] = beta;
    dgamma[c] = gamma;
  }
}

template <typename T>
__device__ __forceinline__ void batchNormGrad(
    u32 n, Divisor spatial, Divisor channels, T count, const T* __restrict__ x,
    const T* __restrict__ dy, const T* __restrict__ y, const T* __restrict__ gamma,
    const T* __restrict__ mean, const T* __restrict__ invStd, const T* __restrict__ dgamma,
    const T* __restrict__ dbeta, T* __restrict__ dx) {
#pragma unroll 1
  for (i64 i = firstThread(); i < n; i += allThreads()) {
    u32 plane = spatial.quotient((u32)i);
    u32 c = plane - channels.quotient(plane) * channels.value;
    T normal = (x[i] - mean[c]) * invStd[c];
    T g = passed(y, dy, i);
    dx[i] = gamma[c] * invStd[c] * (g - (dbeta[c] + normal * dgamma[c]) / count);
  }
}

template <int TEAM, typename T>
__device__ __forceinline__ void layerNorm(
    i64 rows, u32 width, const T* __restrict__ x, const T* __restrict__ gamma,
    const T* __restrict__ beta, T eps, T* __restrict__ out, T* __restrict__ mean,
    T* __restrict__ invStd) {
  u32 place = threadIdx.x % TEAM;
#pragma unroll 1
  for (i64 row = firstThread() / TEAM; row < rows; row += allThreads() / TEAM) {
    const T* in = x + row * width;
    T sum = 0;
    for (u32 i = place; i < width; i += TEAM) {
      sum += in[i];
    }
    T center = blockReduce<Sum<T>, TEAM>(sum) / width;
    T square = 0;
    for (u32 i = place; i < width; i += TEAM) {
      T d = in[i] - center;
      square += d * d;
    }
    square = blockReduce<Sum<T>, TEAM>(square);
    T inverse = T(1) / Float<T>::sqrt(square / width + eps);
    for (u32 i = place; i < width; i += TEAM) {
      out[row * width + i] = gamma[i] * ((in[i] - center) * inverse) + beta[i];
    }
    if (place == 0) {
      mean[row] = center;
      invStd[row] = inverse;
    }
  }
}

template <int TEAM, typename T>
__device__ __forceinline__ void layerNormGrad(
    i64 rows, u32 width, const T* __restrict__ x, const T* __restrict__ dy,
    const T* __restrict__ gamma, const T* __restrict__ mean, const T* __restrict__ invStd,
    T* __restrict__ dx) {
  u32 place = threadIdx.x % TEAM;
#pragma unroll 1
  for (i64 row = firstThread() / TEAM; row < rows; row += allThreads() / TEAM) {
    i64 start = row * width;
    T center = mean[row];
    T inverse = invStd[row];
    T sum = 0;
    T product = 0;
    for (u32 i = place; i < width; i += TEAM) {
      T g = gamma[i] * dy[start + i];
      sum += g;
      product += g * ((x[start + i] - center) * inverse);
    }
    sum = blockReduce<Sum<T>, TEAM>(sum);
    product = blockReduce<Sum<T>, TEAM>(product);
    for (u32 i = place; i < width; i += TEAM) {
      T normal = (x[start + i] - center) * inverse;
      dx[start + i] = inverse * (gamma[i] * dy[start + i] - (sum + normal * product) / width);
    }
  }
}

// Row y of the block takes the rows y, y + 8, … of its 256; a lane is a column.
template <typename T>
__device__ __forceinline__ void layerNormSums(
    u32 rows, u32 width, const T* __restrict__ x, const T* __restrict__ dy,
    const T* __restrict__ mean, const T* __restrict__ invStd, T* __restrict__ gammas,
    T* __restrict__ betas) {
  __shared__ T products[8][32];
  __shared__ T sums[8][32];
  u32 groups = (width + 31) / 32;
  u32 pieces = (rows + 255) / 256;
#pragma unroll 1
  for (u64 piece = blockIdx.x; piece < (u64)groups * pieces; piece += gridDim.x) {
    u32 column = (u32)(piece % groups) * 32 + threadIdx.x;
    u32 part = (u32)(piece / groups);
    T product = 0;
    T sum = 0;
    if (column < width) {
      u32 end = min(rows, (part + 1) * 256);
      for (u32 row = part * 256 + threadIdx.y; row < end; row += 8) {
        i64 at = (i64)row * width + column;
        product += dy[at] * ((x[at] - mean[row]) * invStd[row]);
        sum += dy[at];
      }
    }
    products[threadIdx.y][threadIdx.x] = product;
    sums[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y == 0 && column < width) {
#pragma unroll
      for (int row = 1; row < 8; row++) {
        product += products[row][threadIdx.x];
        sum += sums[row][threadIdx.x];
      }
      gammas[(i64)part * width + column] = product;
      betas[(i64)part * width + column] = sum;
    }
    __syncthreads();
  }
}

#define LAYER_ENTRIES(TEAM, suffix, T)                                                            \
  extern "C" __global__ void layer_norm_##suffix(                                                 \
      i64 rows, u32 width, const T* x, const T* gamma, const T* beta, T eps, T* out, T* mean,     \
      T* invStd) {                                                                                \
    layerNorm<TEAM>(rows, width, x, gamma, beta, eps, out, mean, invStd);                         \
  }                                                                                               \
  extern "C" __global__ void layer_norm_grad_##suffix(                                            \
      i64 rows, u32 width, const T* x, const T* dy, const T* gamma, const T* mean,                \
      const T* invStd, T* dx) {                                                                   \
    layerNormGrad<TEAM>(rows, width, x, dy, gamma, mean, invStd, dx);                             \
  }

#define TYPE_ENTRIES(suffix, T)                                                                   \
  LAYER_ENTRIES(32, suffix, T)                                                                    \
  LAYER_ENTRIES(256, wide_##suffix, T)                                                            \
  extern "C" __global__ void layer_norm_sums_##suffix(                                            \
      u32 rows, u32 width, const T* x, const T* dy, const T* mean, const T* invStd, T* gammas,    \
      T* betas) {                                                                                 \
    layerNormSums(rows, width, x, dy, mean, invStd, gammas, betas);                               \
  }                                                                                               \
  extern "C" __global__ void channel_pieces_##suffix(                                             \
      Channels where, const T* x, T* means, T* squares) {                                         \
    channelPieces(where, x, means, squares);                                                      \
  }                                                                                               \
  extern "C" __global__ void channel_stats_##suffix(                                              \
      Channels where, const T* means, const T* squares, T* mean, T* variance) {                   \
    channelStats(where, means, squares, mean, variance);                                          \
  }                                                                                               \
  extern "C" __global__ void channel_affine_##suffix(                                             \
      u32 n, Divisor spatial, Divisor channels, const T* x, const T* scale, const T* shift,       \
      int clamp, T* out) {                                                                        \
    channelAffine(n, spatial, channels, x, scale, shift, clamp, out);                             \
  }                                                                                               \
  extern "C" __global__ void batch_norm_sums_##suffix(                                            \
      Channels where, const T* x, const T* dy, const T* y, const T* mean, const T* invStd,        \
      T* betas, T* gammas) {                                                                      \
    batchNormSums(where, x, dy, y, mean, invStd, betas, gammas);                                  \
  }                                                                                               \
  extern "C" __global__ void batch_norm_totals_##suffix(                                          \
      i64 channels, u32 pieces, const T* betas, const T* gammas, T* dbeta, T* dgamma) {           \
    batchNormTotals(channels, pieces, betas, gammas, dbeta, dgamma);                              \
  }                                                                                               \
  extern "C" __global__ void batch_norm_grad_##suffix(                                            \
      u32 n, Divisor spatial, Divisor channels, T count, const T* x, const T* dy, const T* y,     \
      const T* gamma, const T* mean, const T* invStd, const T* dgamma, const T* dbeta, T* dx) {   \
    batchNormGrad(n, spatial, channels, count, x, dy, y, gamma, mean, invStd, dgamma, dbeta, dx); \
  }

TYPE_ENTRIES(f32, float)
TYPE_ENTRIES(f64, double)
