#pragma once
// Asynchronous copies and warp-level matrix products, as every GPU since compute capability 8.0 has
// them. Shared tiles are rows of 128 bytes whose 16-byte pieces are permuted by the row, so that
// eight rows can be read or written at one column without bank conflicts.

#include <cstdint>

namespace reelquery::kernels::cuda {

/// Byte offset of 16-byte piece `piece` (0..7) of row `row` in a swizzled tile.
__device__ inline int swizzled(int row, int piece) {
    return row * 128 + ((piece ^ (row & 7)) << 4);
}

/// Copies 16 bytes into shared memory in the background, or zeros where not `valid`.
__device__ inline void copy16(std::uint32_t destination, const void* source, bool valid) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(destination), "l"(source),
                 "r"(valid ? 16 : 0)
                 : "memory");
}

__device__ inline void copyCommit() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}

/// Waits until at most kPending committed groups of this thread's copies are unfinished.
template <int kPending>
__device__ inline void copyWait() {
    asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
}

/// Four 8x8 matrices; lane l names row l%8 of matrix l/8.
__device__ inline void loadMatrices(std::uint32_t (&r)[4], std::uint32_t address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address)
                 : "memory");
}

/// The same, each transposed.
__device__ inline void loadMatricesTransposed(std::uint32_t (&r)[4], std::uint32_t address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address)
                 : "memory");
}

/// d += A B of a 16 x 16 by 16 x 8 bf16 product; d[2h + e] is row lane/4 + 8h, column 2 (lane%4) +
/// e.
__device__ inline void multiply16x8x16(float* d, const std::uint32_t (&a)[4], std::uint32_t b0,
                                       std::uint32_t b1) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
        "{%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

}  // namespace reelquery::kernels::cuda
