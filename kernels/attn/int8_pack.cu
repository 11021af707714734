// Tokens of a key/value cache between bf16 and 8 bits. Bytes: 2 D + D + 4 a token and head, once.

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "kernels/attn/int8_decode.h"
#include "kernels/attn/int8_tokens.cuh"
#include "kernels/cuda/launch.h"

namespace reelquery::kernels {

namespace {

using namespace cuda;

constexpr int kThreads = 256;  // eight tokens of a head

// A warp: one token of one head, D / 32 values a lane. grid.y: heads.
template <int D>
__global__ void __launch_bounds__(kThreads) packTokens(const CudaInt8Tokens p) {
    constexpr int kValues = D / 32;
    const std::int64_t token =
        std::int64_t{blockIdx.x} * (kThreads / 32) + static_cast<int>(threadIdx.x) / 32;
    if (token >= p.tokens) return;
    const int head = static_cast<int>(blockIdx.y), lane = static_cast<int>(threadIdx.x) % 32;
    const auto* from = static_cast<const __nv_bfloat16*>(p.plain.data) + head * p.plain.headStride +
                       token * p.plain.tokenStride + lane * kValues;
    float values[kValues];
#pragma unroll
    for (int i = 0; i < kValues; i += 2) {
        const float2 pair = __bfloat1622float2(*reinterpret_cast<const __nv_bfloat162*>(from + i));
        values[i] = pair.x;
        values[i + 1] = pair.y;
    }
    const Int8Rounding rounding = int8Rounding(largestOfWarp(values));
    std::int8_t* to =
        p.packed.codes + head * p.packed.headStride + token * p.packed.tokenStride + lane * kValues;
    unsigned codes = 0;
#pragma unroll
    for (int i = 0; i < kValues; ++i)
        codes |= (static_cast<unsigned>(int8Code(values[i], rounding.factor)) & 0xffu) << (8 * i);
    if constexpr (kValues == 4)
        *reinterpret_cast<std::uint32_t*>(to) = codes;
    else
        *reinterpret_cast<std::uint16_t*>(to) = static_cast<std::uint16_t>(codes);
    if (lane == 0) p.packed.scales[head * p.packed.scaleStride + token] = rounding.scale;
}

template <int D>
__global__ void __launch_bounds__(kThreads) unpackTokens(const CudaInt8Tokens p) {
    constexpr int kPieces = D / 8;  // of 8 values, one a thread
    const std::int64_t item = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
    const std::int64_t token = item / kPieces;
    if (token >= p.tokens) return;
    const int head = static_cast<int>(blockIdx.y), first = static_cast<int>(item % kPieces) * 8;
    const float scale = p.packed.scales[head * p.packed.scaleStride + token];
    const uint2 words = *reinterpret_cast<const uint2*>(
        p.packed.codes + head * p.packed.headStride + token * p.packed.tokenStride + first);
    std::uint32_t out[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const std::uint32_t word = i < 2 ? words.x : words.y;
        const auto low = static_cast<std::int8_t>(word >> (16 * (i % 2)) & 0xffu);
        const auto high = static_cast<std::int8_t>(word >> (16 * (i % 2) + 8) & 0xffu);
        const __nv_bfloat162 pair = __floats2bfloat162_rn(static_cast<float>(low) * scale,
                                                          static_cast<float>(high) * scale);
        out[i] = *reinterpret_cast<const std::uint32_t*>(&pair);
    }
    *reinterpret_cast<uint4*>(static_cast<__nv_bfloat16*>(p.plain.data) +
                              head * p.plain.headStride + token * p.plain.tokenStride + first) =
        make_uint4(out[0], out[1], out[2], out[3]);
}

bool isOn(const void* data, std::uintptr_t bytes) {
    return reinterpret_cast<std::uintptr_t>(data) % bytes == 0;
}

Status checkTokens(const CudaInt8Tokens& c) {
    if (c.headDim != 64 && c.headDim != 128)
        return {StatusCode::kUnsupported, "8-bit caches take head dimensions 64 and 128 only"};
    if (c.heads < 1 || c.heads > 65535 || c.tokens < 0 || c.tokens > (std::int64_t{1} << 31))
        return {StatusCode::kInvalidArgument, "heads and tokens of an 8-bit cache"};
    if (!isOn(c.plain.data, 16) || !c.plain.data || c.plain.headStride % 8 != 0 ||
        c.plain.tokenStride % 8 != 0)
        return {StatusCode::kInvalidArgument, "bf16 tokens start on 16 bytes"};
    if (!isInt8Heads(c.packed, 4))
        return {StatusCode::kInvalidArgument, "8-bit tokens start on 16 bytes"};
    return {};
}

}  // namespace

bool cuda::isInt8Heads(const Int8Heads& heads, int scaleBytes) {
    return heads.codes && heads.scales && isOn(heads.codes, 16) && heads.headStride % 16 == 0 &&
           heads.tokenStride % 16 == 0 &&
           isOn(heads.scales, static_cast<std::uintptr_t>(scaleBytes)) &&
           heads.scaleStride % (scaleBytes / 4) == 0;
}

const void* cuda::int8PackImage() {
    return reinterpret_cast<const void*>(packTokens<128>);
}

Status reelqueryCudaInt8Pack(const CudaInt8Tokens* call, CudaStream stream) {
    if (const Status status = checkTokens(*call); !status.ok()) return status;
    if (call->tokens == 0) return {};
    const dim3 grid(static_cast<unsigned>((call->tokens + kThreads / 32 - 1) / (kThreads / 32)),
                    static_cast<unsigned>(call->heads));
    if (call->headDim == 128)
        packTokens<128><<<grid, kThreads, 0, stream>>>(*call);
    else
        packTokens<64><<<grid, kThreads, 0, stream>>>(*call);
    return launchStatus("tokens could not be packed to 8 bits");
}

Status reelqueryCudaInt8Unpack(const CudaInt8Tokens* call, CudaStream stream) {
    if (const Status status = checkTokens(*call); !status.ok()) return status;
    if (call->tokens == 0) return {};
    const std::int64_t items = call->tokens * (call->headDim / 8);
    const dim3 grid(static_cast<unsigned>((items + kThreads - 1) / kThreads),
                    static_cast<unsigned>(call->heads));
    if (call->headDim == 128)
        unpackTokens<128><<<grid, kThreads, 0, stream>>>(*call);
    else
        unpackTokens<64><<<grid, kThreads, 0, stream>>>(*call);
    return launchStatus("tokens could not be unpacked from 8 bits");
}

}  // namespace reelquery::kernels
