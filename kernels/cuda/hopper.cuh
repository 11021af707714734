#pragma once
// Hopper's transaction barriers, bulk tensor copies, register hand-over and named barriers.

#include <cuda.h>

#include <cstdint>

namespace reelquery::kernels::cuda {

__device__ inline std::uint32_t smemAddress(const void* pointer) {
    return static_cast<std::uint32_t>(__cvta_generic_to_shared(pointer));
}

__device__ inline void barrierInit(std::uint64_t* barrier, int arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(smemAddress(barrier)),
                 "r"(arrivals)
                 : "memory");
}

/// Makes initialised barriers visible to the copy engine and to the other blocks of the cluster.
__device__ inline void barrierInitFence() {
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}

/// Makes this thread's ordinary writes to shared memory visible to wgmma and the copy engine.
__device__ inline void sharedWritesFence() {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

__device__ inline void barrierExpect(std::uint64_t* barrier, std::uint32_t bytes) {
    asm volatile(
        "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(smemAddress(barrier)),
        "r"(bytes)
        : "memory");
}

__device__ inline void barrierArrive(std::uint64_t* barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(smemAddress(barrier)) : "memory");
}

/// Arrives at the same barrier in block `rank` of the cluster. Orders no ordinary memory accesses
/// between blocks (that would cost a fence of the whole device): only for stages that the copy
/// engine writes and wgmma reads.
__device__ inline void barrierArriveRemote(std::uint64_t* barrier, std::uint32_t rank) {
    asm volatile(
        "{\n.reg .b32 remote;\n"
        "mapa.shared::cluster.u32 remote, %0, %1;\n"
        "mbarrier.arrive.shared::cluster.b64 _, [remote];\n}\n" ::"r"(smemAddress(barrier)),
        "r"(rank)
        : "memory");
}

/// Waits for the completion of the phase with this parity.
__device__ inline void barrierWait(std::uint64_t* barrier, std::uint32_t parity) {
    asm volatile(
        "{\n.reg .pred done;\n"
        "again:\n"
        "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
        "@!done bra again;\n}\n" ::"r"(smemAddress(barrier)),
        "r"(parity)
        : "memory");
}

/// Copies one box of a 4-D tensor into shared memory; boxes may stick out on any side, where they
/// are filled with zeros. Completes on `barrier` with the bytes of the whole box.
__device__ inline void copyBox(void* destination, const CUtensorMap* map, std::uint64_t* barrier,
                               int c0, int c1, int c2, int c3) {
    asm volatile(
        "cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
        "[%0], [%1, {%3, %4, %5, %6}], [%2];" ::"r"(smemAddress(destination)),
        "l"(map), "r"(smemAddress(barrier)), "r"(c0), "r"(c1), "r"(c2), "r"(c3)
        : "memory");
}

/// The same into every block of the cluster named in `mask`, at the same place in each.
__device__ inline void copyBoxMulticast(void* destination, const CUtensorMap* map,
                                        std::uint64_t* barrier, std::uint16_t mask, int c0, int c1,
                                        int c2, int c3) {
    asm volatile(
        "cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
        ".multicast::cluster [%0], [%1, {%4, %5, %6, %7}], [%2], %3;" ::"r"(
            smemAddress(destination)),
        "l"(map), "r"(smemAddress(barrier)), "h"(mask), "r"(c0), "r"(c1), "r"(c2), "r"(c3)
        : "memory");
}

__device__ inline void prefetchMap(const CUtensorMap* map) {
    asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
}

template <int kRegisters>
__device__ inline void releaseRegisters() {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(kRegisters));
}

template <int kRegisters>
__device__ inline void claimRegisters() {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(kRegisters));
}

__device__ inline void namedBarrierSync(int id, int threads) {
    asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}

__device__ inline void namedBarrierArrive(int id, int threads) {
    asm volatile("bar.arrive %0, %1;" ::"r"(id), "r"(threads) : "memory");
}

__device__ inline void clusterSync() {
    asm volatile(
        "barrier.cluster.arrive.release.aligned;\n"
        "barrier.cluster.wait.acquire.aligned;\n" ::
            : "memory");
}

__device__ inline std::uint32_t clusterRank() {
    std::uint32_t rank;
    asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    return rank;
}

/// A place in a ring of shared-memory stages and the parity of its current round.
template <int kStages>
struct RingCursor {
    int stage = 0;
    std::uint32_t parity = 0;

    __device__ void advance() {
        if (++stage == kStages) {
            stage = 0;
            parity ^= 1;
        }
    }
};

}  // namespace reelquery::kernels::cuda
