#pragma once
// Up to 16 bytes of a row: what a thread of the row kernels moves at a time.

#include <cuda_bf16.h>

#include <cstdint>

#include "kernels/attention_params.h"
#include "kernels/status.h"

namespace reelquery::kernels::cuda {

__device__ inline float toFloat(float x) {
    return x;
}

__device__ inline float toFloat(__nv_bfloat16 x) {
    return __bfloat162float(x);
}

template <class T>
__device__ T fromFloat(float x) {
    if constexpr (sizeof(T) == 2) {
        return __float2bfloat16(x);
    } else {
        return x;
    }
}

/// V values of type T that lie in a row and start on their common size.
template <class T, int V>
struct alignas(V * sizeof(T)) Piece {
    using Value = T;
    static constexpr int kValues = V;

    T values[V];

    __device__ static Piece load(const T* from) { return *reinterpret_cast<const Piece*>(from); }

    __device__ void store(T* to) const { *reinterpret_cast<Piece*>(to) = *this; }

    __device__ float get(int i) const { return toFloat(values[i]); }

    __device__ void set(int i, float x) { values[i] = fromFloat<T>(x); }
};

/// V floats, by 16 bytes where V is a multiple of 4.
template <int V>
__device__ void loadFloats(float (&to)[V], const float* from) {
    constexpr int kStep = V % 4 == 0 ? 4 : 1;
#pragma unroll
    for (int i = 0; i < V; i += kStep) {
        const auto piece = Piece<float, kStep>::load(from + i);
#pragma unroll
        for (int j = 0; j < kStep; ++j) to[i + j] = piece.values[j];
    }
}

inline int bytesOf(Dtype dtype) {
    return dtype == Dtype::kBfloat16 ? 2 : 4;
}

/// Whether `data` and everything `stride` values of `dtype` further on starts on 16 bytes. True for
/// null, which is not read.
inline bool isOnPieces(Dtype dtype, const void* data, std::int64_t stride) {
    return reinterpret_cast<std::uintptr_t>(data) % 16 == 0 && stride * bytesOf(dtype) % 16 == 0;
}

/// Calls `launch` with a Piece of `dtype`: 16 bytes where `isWide`, else one value.
template <class Launch>
Status withPiece(Dtype dtype, bool isWide, const Launch& launch) {
    if (dtype == Dtype::kBfloat16)
        return isWide ? launch(Piece<__nv_bfloat16, 8>{}) : launch(Piece<__nv_bfloat16, 1>{});
    return isWide ? launch(Piece<float, 4>{}) : launch(Piece<float, 1>{});
}

}  // namespace reelquery::kernels::cuda
