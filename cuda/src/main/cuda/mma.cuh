// Tensor-core steps on tiles in shared memory whose rows are read sixteen bytes ("a piece") at a time.
//
// A step multiplies two pieces of the inner dimension: 16 elements of bf16 or f16, 8 of tf32. All
// three add in float32. A fragment that ldmatrix loads is the same for every type, as it moves
// pieces and not elements; only a transposed load differs, since ldmatrix transposes 16-bit elements.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "common.cuh"

constexpr u32 PIECE = 16;

// float32 in memory, rounded to tf32 (10 bits of mantissa, ties away from zero) before each product.
struct Tf32 {
  float value;
};

template <typename T>
struct Mma;

template <>
struct Mma<__nv_bfloat16> {
  static __device__ __forceinline__ void step(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
  static __device__ __forceinline__ u32 operand(u32 bits) { return bits; }
};

template <>
struct Mma<__half> {
  static __device__ __forceinline__ void step(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
  static __device__ __forceinline__ u32 operand(u32 bits) { return bits; }
};

template <>
struct Mma<Tf32> {
  static __device__ __forceinline__ void step(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
  static __device__ __forceinline__ u32 operand(u32 bits) {
    u32 rounded;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(__uint_as_float(bits)));
    return rounded;
  }
};

// ---- shared memory

__device__ __forceinline__ u32 sharedAddress(const void* pointer) {
  return (u32)__cvta_generic_to_shared(pointer);
}

// Copies the first `bytes` of a piece and fills the rest with zeros.
__device__ __forceinline__ void copyPiece(u32 to, const void* from, u32 bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes)
               : "memory");
}

__device__ __forceinline__ void commitCopies() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

template <int PENDING>
__device__ __forceinline__ void awaitCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

// Four 8 x 8 matrices of 16-bit elements; lane l gives the address of row l % 8 of matrix l / 8.
__device__ __forceinline__ void loadMatrices(u32 (&to)[4], u32 address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address)
               : "memory");
}

__device__ __forceinline__ void loadMatricesTransposed(u32 (&to)[4], u32 address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address)
               : "memory");
}

__device__ __forceinline__ void loadMatrixPair(u32 (&to)[2], u32 address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0,%1}, [%2];"
               : "=r"(to[0]), "=r"(to[1])
               : "r"(address)
               : "memory");
}

__device__ __forceinline__ void loadMatrixPairTransposed(u32 (&to)[2], u32 address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];"
               : "=r"(to[0]), "=r"(to[1])
               : "r"(address)
               : "memory");
}

// A tile of rows of PIECES pieces, a power of two. The pieces of a row are permuted so that eight
// consecutive rows hold the same piece in eight different sixteen-byte columns of the 128 bytes that
// the banks are wide: ldmatrix and row-wise copies are free of conflicts.
template <int PIECES>
struct PieceTile {
  static constexpr u32 ROWS_PER_LINE = PIECES >= 8 ? 1 : 8 / PIECES;
  static constexpr u32 MASK = PIECES >= 8 ? 7 : PIECES - 1;

  static __device__ __forceinline__ u32 place(u32 row, u32 piece) {
    return (row * PIECES + (piece ^ (row / ROWS_PER_LINE & MASK))) * PIECE;
  }
};
