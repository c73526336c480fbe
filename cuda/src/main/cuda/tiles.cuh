// Products of tiles, whatever the operands are read from: the main loop of every dense product,
// matrix or convolution.
//
// A block computes a tile of BM x BN results from panels of BK steps of k, which wait in shared
// memory as A[k][m] and B[k][n]; cp.async fills one pair of panels while the other is used. An
// operand is a loader: row(x) and column(k) hold what depends on one coordinate alone, and
// find(row, column) gives the element's address or null for a zero. Each result adds its terms in
// order of k, so its bits do not depend on the tile.
#pragma once

#include "common.cuh"

template <int BYTES>
__device__ __forceinline__ void copyAsync(void* to, const void* from, u32 valid) {
  u32 address = (u32)__cvta_generic_to_shared(to);
  asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(address), "l"(from), "n"(BYTES),
               "r"(valid)
               : "memory");
}

__device__ __forceinline__ void commitCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
__device__ __forceinline__ void awaitCopies() { asm volatile("cp.async.wait_group 0;" ::: "memory"); }

// ---- a matrix as operand: element (x, k) at origin + x xStride + k kStride

template <typename T>
struct Matrix {
  const T* origin;
  i64 xStride;
  i64 kStride;
  u32 extent;   // of x
  bool packed;  // xStride is 1 and every pack of 16 bytes along x is aligned

  // A row is its number: an address would cost registers that the main loop has none to spare of.
  typedef u32 Row;
  typedef i64 Column;

  __device__ __forceinline__ Row row(u32 x) const { return x; }
  __device__ __forceinline__ Column column(u32 k) const { return k * kStride; }
  __device__ __forceinline__ const T* find(Row row, Column column) const {
    return row < extent ? origin + row * xStride + column : nullptr;
  }
};

template <typename L>
struct IsMatrix {
  static constexpr bool VALUE = false;
};
template <typename T>
struct IsMatrix<Matrix<T>> {
  static constexpr bool VALUE = true;
};

// ---- filling panels

// This thread's share of the panels of one operand, BX wide. ALONG_K: neighbouring threads read
// neighbouring k (eight of them, a sector of float32), else neighbouring x.
template <typename Tile, int BX, bool ALONG_K, typename Loader>
struct Feeder {
  typedef typename Tile::T T;
  static constexpr int THREADS = Tile::THREADS;
  static constexpr int BK = Tile::BK;
  static constexpr int LD = BX + Tile::PAD;
  static constexpr int ROWS = ALONG_K ? BX * 8 / THREADS : 1;
  static constexpr int COLUMNS = ALONG_K ? BK / 8 : BK * BX / THREADS;
  static_assert(ALONG_K ? BX * 8 >= THREADS : THREADS >= BX, "every thread copies whole elements");

  const Loader& loader;
  u32 x0;
  typename Loader::Row rows[ROWS];

  __device__ __forceinline__ Feeder(const Loader& loader, u32 x0) : loader(loader), x0(x0) {
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      rows[i] = loader.row(x0 + x(i));
    }
  }

  static __device__ __forceinline__ u32 x(int i) {
    return ALONG_K ? threadIdx.x / 8 + i * (THREADS / 8) : threadIdx.x % BX;
  }

  static __device__ __forceinline__ u32 k(int j) {
    return ALONG_K ? threadIdx.x % 8 + j * 8 : threadIdx.x / BX + j * (THREADS / BX);
  }

  __device__ __forceinline__ void feed(u32 k0, u32 end, T (*panel)[LD]) const {
    if constexpr (IsMatrix<Loader>::VALUE && !ALONG_K) {
      if (loader.packed) {
        feedPacks(k0, end, panel);
        return;
      }
    }
#pragma unroll
    for (int j = 0; j < COLUMNS; j++) {
      u32 at = k0 + k(j);
      typename Loader::Column column = loader.column(at);
#pragma unroll
      for (int i = 0; i < ROWS; i++) {
        const T* from = at < end ? loader.find(rows[i], column) : nullptr;
        copyAsync<sizeof(T)>(
            &panel[k(j)][Tile::place(k(j), x(i))], from == nullptr ? loader.origin : from, from == nullptr ? 0 : sizeof(T));
      }
    }
  }

  // Packs of 16 bytes along x; beyond the extent they are zeros.
  __device__ __forceinline__ void feedPacks(u32 k0, u32 end, T (*panel)[LD]) const {
    constexpr int L = Pack<T>::LENGTH;
    constexpr int PACKS = BX / L;
#pragma unroll
    for (int first = 0; first < BK * PACKS; first += THREADS) {
      int pack = first + threadIdx.x;
      if (BK * PACKS % THREADS == 0 || pack < BK * PACKS) {
        u32 row = pack / PACKS;
        u32 column = pack % PACKS * L;
        u32 here = x0 + column;
        u32 left = k0 + row < end && here < loader.extent ? loader.extent - here : 0;
        u32 valid = min(left, (u32)L) * sizeof(T);
        const T* from = loader.origin + (valid == 0 ? 0 : here + (k0 + row) * loader.kStride);
        copyAsync<16>(&panel[row][Tile::place(row, column)], from, valid);
      }
    }
  }
};

// ---- a tile of fused multiply-adds: each thread holds TM x TN results in registers

template <typename T_, int BM_, int BN_, int TM, int TN>
struct FmaTile {
  typedef T_ T;
  static constexpr int BM = BM_;
  static constexpr int BN = BN_;
  static constexpr int BK = 8;
  static constexpr int THREADS = (BM / TM) * (BN / TN);
  static constexpr int L = Pack<T>::LENGTH;
  static constexpr int PAD = L;  // eight k of four x then lie in different banks
  static constexpr int ACROSS = BN / TN;

  // Where element x of row k of a panel lies in its row.
  static __device__ __forceinline__ u32 place(u32, u32 x) { return x; }

  T sum[TM][TN];

  __device__ __forceinline__ FmaTile() {
#pragma unroll
    for (int i = 0; i < TM; i++) {
#pragma unroll
      for (int j = 0; j < TN; j++) {
        sum[i][j] = 0;
      }
    }
  }

  // A thread's rows (columns) are packs of 16 bytes, spread so that neighbouring threads read
  // neighbouring packs.
  static __device__ __forceinline__ u32 row(int i) {
    return i / L * (BM / TM * L) + threadIdx.x / ACROSS * L + i % L;
  }
  static __device__ __forceinline__ u32 column(int j) {
    return j / L * (BN / TN * L) + threadIdx.x % ACROSS * L + j % L;
  }

  __device__ __forceinline__ void multiply(const T (*a)[BM + PAD], const T (*b)[BN + PAD]) {
#pragma unroll
    for (int k = 0; k < BK; k++) {
      T left[TM];
      T right[TN];
#pragma unroll
      for (int i = 0; i < TM; i += L) {
        *reinterpret_cast<Pack<T>*>(left + i) = *reinterpret_cast<const Pack<T>*>(&a[k][row(i)]);
      }
#pragma unroll
      for (int j = 0; j < TN; j += L) {
        *reinterpret_cast<Pack<T>*>(right + j) = *reinterpret_cast<const Pack<T>*>(&b[k][column(j)]);
      }
#pragma unroll
      for (int i = 0; i < TM; i++) {
#pragma unroll
        for (int j = 0; j < TN; j++) {
          sum[i][j] += left[i] * right[j];
        }
      }
    }
  }

  // Hands each result, (row, column, value), to a function that may change it.
  template <typename Visit>
  __device__ __forceinline__ void forEach(Visit visit) {
#pragma unroll
    for (int i = 0; i < TM; i++) {
#pragma unroll
      for (int j = 0; j < TN; j++) {
        visit(row(i), column(j), sum[i][j]);
      }
    }
  }

  // Hands packs of results, (row, first column, values), to a function.
  template <typename Put>
  __device__ __forceinline__ void forEachPack(Put put) const {
#pragma unroll
    for (int i = 0; i < TM; i++) {
#pragma unroll
      for (int j = 0; j < TN; j += L) {
        Pack<T> pack;
#pragma unroll
        for (int l = 0; l < L; l++) {
          pack.lane[l] = sum[i][j + l];
        }
        put(row(i), column(j), pack.lane);
      }
    }
  }
};

// ---- a tile of tensor-core products of float32 operands rounded to a shorter type

enum Precision { TF32, BF16, F16 };

__device__ __forceinline__ u32 roundedTf32(float x) {
  u32 bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
  return bits;
}

// Two values rounded to nearest even in one register, the first in the lower half.
template <Precision P>
__device__ __forceinline__ u32 roundedPair(float low, float high) {
  u32 bits;
  if constexpr (P == BF16) {
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(high), "f"(low));
  } else {
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(high), "f"(low));
  }
  return bits;
}

// 128 x 128 results by eight warps of 64 x 32; mma m16n8k8 (tf32) or m16n8k16 with float32 sums. The
// pad keeps the fragments' reads free of bank conflicts: a fragment's lanes read the elements
// (k0 + t, x0 + g), or for 16-bit types (k0 + 2t, x0 + g), with t < 4 and g < 8. With the pad of tf32
// rows k and k + 4 would lie in the same banks, where neighbouring threads write eight neighbouring k:
// every other four of rows begins four elements later.
template <Precision P>
struct TensorTile {
  typedef float T;
  static constexpr int BM = 128;
  static constexpr int BN = 128;
  static constexpr int BK = 16;
  static constexpr int THREADS = 256;
  static constexpr int PAD = P == TF32 ? 8 : 4;
  static constexpr int STEP = P == TF32 ? 8 : 16;
  static constexpr int L = 2;

  static __device__ __forceinline__ u32 place(u32 k, u32 x) { return P == TF32 ? x + (k & 4) : x; }

  float sum[4][4][4];

  __device__ __forceinline__ TensorTile() {
#pragma unroll
    for (int i = 0; i < 64; i++) {
      sum[i / 16][i / 4 % 4][i % 4] = 0;
    }
  }

  static __device__ __forceinline__ u32 group() { return threadIdx.x % 32 / 4; }
  static __device__ __forceinline__ u32 step() { return threadIdx.x % 4; }
  static __device__ __forceinline__ u32 row(int i) { return threadIdx.x / 128 * 64 + i * 16; }
  static __device__ __forceinline__ u32 column(int j) { return threadIdx.x / 32 % 4 * 32 + j * 8; }

  // The register of a fragment that holds k of `half` (0 or 1) at x + group(); x is a multiple of 8.
  template <int LD>
  static __device__ __forceinline__ u32 element(const float (*panel)[LD], int k, int half, u32 x) {
    if constexpr (P == TF32) {
      return roundedTf32(panel[k + half * 4 + step()][x + group() + half * 4]);
    } else {
      u32 at = k + half * 8 + 2 * step();
      return roundedPair<P>(panel[at][x + group()], panel[at + 1][x + group()]);
    }
  }

  static __device__ __forceinline__ void mma(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    if constexpr (P == TF32) {
      asm volatile(
          "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
          "{%0,%1,%2,%3};"
          : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
          : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    } else if constexpr (P == BF16) {
      asm volatile(
          "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
          "{%8,%9}, {%0,%1,%2,%3};"
          : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
          : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    } else {
      asm volatile(
          "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
          "{%0,%1,%2,%3};"
          : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
          : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    }
  }

  __device__ __forceinline__ void multiply(const float (*a)[BM + PAD], const float (*b)[BN + PAD]) {
#pragma unroll
    for (int k = 0; k < BK; k += STEP) {
      u32 right[4][2];
#pragma unroll
      for (int j = 0; j < 4; j++) {
        right[j][0] = element(b, k, 0, column(j));
        right[j][1] = element(b, k, 1, column(j));
      }
#pragma unroll
      for (int i = 0; i < 4; i++) {
        u32 left[4];
        left[0] = element(a, k, 0, row(i));
        left[1] = element(a, k, 0, row(i) + 8);
        left[2] = element(a, k, 1, row(i));
        left[3] = element(a, k, 1, row(i) + 8);
#pragma unroll
        for (int j = 0; j < 4; j++) {
          mma(sum[i][j], left, right[j]);
        }
      }
    }
  }

  template <typename Visit>
  __device__ __forceinline__ void forEach(Visit visit) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
      for (int j = 0; j < 4; j++) {
#pragma unroll
        for (int l = 0; l < 4; l++) {
          visit(row(i) + group() + l / 2 * 8, column(j) + 2 * step() + l % 2, sum[i][j][l]);
        }
      }
    }
  }

  template <typename Put>
  __device__ __forceinline__ void forEachPack(Put put) const {
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
      for (int j = 0; j < 4; j++) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
          const float pair[2] = {sum[i][j][2 * half], sum[i][j][2 * half + 1]};
          put(row(i) + group() + 8 * half, column(j) + 2 * step(), pair);
        }
      }
    }
  }
};

// ---- the main loop

template <typename Tile>
struct Panels {
  typename Tile::T a[2][Tile::BK][Tile::BM + Tile::PAD];
  typename Tile::T b[2][Tile::BK][Tile::BN + Tile::PAD];
};

// Adds the products of k in [begin, end) of the tile at (m0, n0) to `tile`.
template <bool A_ALONG_K, bool B_ALONG_K, typename Tile, typename A, typename B>
__device__ __forceinline__ void addProducts(
    const A& a, const B& b, u32 m0, u32 n0, u32 begin, u32 end, Panels<Tile>& panels, Tile& tile) {
  if (begin >= end) {
    return;
  }
  Feeder<Tile, Tile::BM, A_ALONG_K, A> left(a, m0);
  Feeder<Tile, Tile::BN, B_ALONG_K, B> right(b, n0);
  left.feed(begin, end, panels.a[0]);
  right.feed(begin, end, panels.b[0]);
  commitCopies();
  int now = 0;
#pragma unroll 1
  for (u32 k = begin; k < end; k += Tile::BK) {
    awaitCopies();
    __syncthreads();  // this pair is filled, the other one is no longer read
    if (k + Tile::BK < end) {
      left.feed(k + Tile::BK, end, panels.a[now ^ 1]);
      right.feed(k + Tile::BK, end, panels.b[now ^ 1]);
      commitCopies();
    }
    tile.multiply(panels.a[now], panels.b[now]);
    now ^= 1;
  }
}

// The work of a grid: a block for each tile of BM x BN results, of `layers` products, of each split
// of k.
struct Work {
  u32 m;
  u32 n;
  u32 k;
  u32 layers;  // batches or groups
  u32 splits;  // of k; each gives a partial result
  u32 depth;   // steps of k of one split, a multiple of every BK

  // Hands this block's tile to a function: first row, first column, layer, split.
  template <int BM, int BN, typename Visit>
  __device__ __forceinline__ void withTile(Visit visit) const {
    u32 down = (m + BM - 1) / BM;
    u32 across = (n + BN - 1) / BN;
    // neighbouring blocks share columns of B, and 'down' of them the rows of A
    u32 row = blockIdx.x % down;
    u32 rest = blockIdx.x / down;
    u32 column = rest % across;
    u32 other = rest / across;
    visit(row * BM, column * BN, other / splits, other % splits);
  }
};

#define FMA_LARGE_f32 FmaTile<float, 128, 128, 8, 8>
#define FMA_MEDIUM_f32 FmaTile<float, 64, 64, 4, 4>
#define FMA_SMALL_f32 FmaTile<float, 32, 32, 4, 4>
#define FMA_MEDIUM_f64 FmaTile<double, 64, 64, 4, 4>
#define FMA_SMALL_f64 FmaTile<double, 32, 32, 4, 4>
