// Products of a matrix of dense blocks A [M, K], N x 1 vectors and N:M among them, with a dense
// matrix, in full precision.
//
//   blocks_TYPE_vVhH   c = relu(A b + beta c + rowBias + columnBias)
//     b [K, N] with adjacent columns, rows `pitch` elements apart; c [M, N] contiguous. V divides N
//     and pitch, and b and c are aligned to V elements. A warp owns H rows and 32 V columns.
//     Grid: ceil(rows parts / 4) * ceil(N / (32 V)) blocks of 128 threads; K pitch < 2^32.
#include "block_product.cuh"

#define BLOCKS(TYPE, T, V, H)                                                                   \
  extern "C" __global__ void __launch_bounds__(BLOCK_THREADS, 4) blocks_##TYPE##_v##V##h##H(       \
      u32 n, BlockRows<T> a, const T* __restrict__ b, u32 pitch, T beta, T* __restrict__ c,     \
      const T* __restrict__ rowBias, const T* __restrict__ columnBias, int relu) {              \
    BlockProduct<T, V, H, MatrixItems>::run(                                                    \
        {n}, a, b, pitch, {beta, rowBias, columnBias, relu}, c);                                \
  }

BLOCKS(f32, float, 4, 2)
BLOCKS(f32, float, 4, 4)
BLOCKS(f32, float, 4, 8)
BLOCKS(f32, float, 2, 2)
BLOCKS(f32, float, 2, 4)
BLOCKS(f32, float, 2, 8)
BLOCKS(f32, float, 1, 2)
BLOCKS(f32, float, 1, 4)
BLOCKS(f32, float, 1, 8)
BLOCKS(f64, double, 1, 2)
BLOCKS(f64, double, 1, 4)
BLOCKS(f64, double, 1, 8)
