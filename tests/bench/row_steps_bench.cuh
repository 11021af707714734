#pragma once
// Times of the kernels between the matrix products, as the models ask for them: bf16, zeros.

#include <cstdint>
#include <cstdio>

#include "tests/bench/median_ms.cuh"
#include "tests/gpu/cuda_library.h"

namespace reelquery::test {

/// Median of five runs of ten calls in a row, as a call of few rows costs as much to launch as to
/// run. bytes: of one call.
template <class Call>
void benchRowStep(const char* name, double bytes, const Call& call) {
    constexpr int kCalls = 10;
    const double ms = medianMs(
                          [&] {
                              kernels::Status status;
                              for (int i = 0; i < kCalls && status.ok(); ++i) status = call();
                              return status;
                          },
                          5) /
                      kCalls;
    std::printf("rows: %-34s %8.4f ms, %7.1f MB, %5.0f GB/s\n", name, ms, bytes / 1e6,
                bytes / ms / 1e6);
}

/// Rotates the queries and keys of a joint projection [n, 3 or more, heads, D] where they lie.
inline void benchRotation(const CudaLibrary& library, const char* name, std::int64_t tokens,
                          int heads, int headDim, std::int64_t tokenStride, bool isNormed = false) {
    DeviceArray<std::uint16_t> x(static_cast<std::size_t>(tokens * tokenStride));
    DeviceArray<float> angles(static_cast<std::size_t>(tokens * headDim / 2));
    x.fill(0);
    angles.fill(0);
    kernels::CudaRotation call{kernels::Dtype::kBfloat16,
                               heads,
                               headDim,
                               tokens,
                               {x.get(), headDim, tokenStride},
                               {x.get(), headDim, tokenStride},
                               angles.get(),
                               angles.get()};
    call.normWeight = isNormed ? x.get() : nullptr;
    benchRowStep(name, 4.0 * static_cast<double>(tokens) * heads * headDim,
                 [&] { return library.rotate(&call, nullptr); });
}

inline void benchGate(const CudaLibrary& library, const char* name, std::int64_t rows,
                      std::int64_t width, bool hasFactor) {
    const std::int64_t stride = hasFactor ? 2 * width : width;  // the halves of one product
    DeviceArray<std::uint16_t> x(static_cast<std::size_t>(rows * stride));
    x.fill(0);
    kernels::CudaGate call;
    call.rows = rows;
    call.width = width;
    call.x = call.out = x.get();
    call.factor = hasFactor ? x.get() + width : nullptr;
    call.xStride = call.outStride = call.factorStride = stride;
    benchRowStep(name, (hasFactor ? 6.0 : 4.0) * static_cast<double>(rows * width),
                 [&] { return library.gate(&call, nullptr); });
}

inline void benchNorm(const CudaLibrary& library, const char* name, std::int64_t rows,
                      std::int64_t width, bool hasBias) {
    const auto count = static_cast<std::size_t>(rows * width);
    DeviceArray<std::uint16_t> x(count), y(count), out(count),
        weight(static_cast<std::size_t>(width));
    x.fill(0);
    y.fill(0);
    weight.fill(0);
    kernels::CudaNorm call;
    call.rows = rows;
    call.width = width;
    call.epsilon = 1e-6f;
    call.x = x.get();
    call.y = y.get();
    call.weight = weight.get();
    call.bias = hasBias ? weight.get() : nullptr;
    call.out = out.get();
    benchRowStep(name, 8.0 * static_cast<double>(rows * width),
                 [&] { return library.norm(&call, nullptr); });
}

/// One group of frame pairs of a tower, a chunk of either model, one token of an answer.
inline void benchRowSteps(const CudaLibrary& library) {
    benchRotation(library, "tower rotate q or k", 16128, 16, 80, 3840);
    benchGate(library, "tower QuickGELU", 16128, 5120, false);
    benchNorm(library, "tower add + layer norm", 16128, 1280, true);
    benchRotation(library, "2B chunk rotate q", 4096, 12, 128, 1536);
    benchGate(library, "2B chunk SwiGLU", 4096, 8960, true);
    benchNorm(library, "2B chunk add + RMS norm", 4096, 1536, false);
    benchRotation(library, "7B chunk rotate q", 4096, 28, 128, 3584);
    benchRotation(library, "4B chunk norm and rotate q", 4096, 32, 128, 6144, true);
    benchRotation(library, "4B chunk norm and rotate k", 4096, 8, 128, 6144, true);
    benchGate(library, "7B chunk SwiGLU", 4096, 18944, true);
    benchNorm(library, "7B chunk add + RMS norm", 4096, 3584, false);
    benchGate(library, "7B token SwiGLU", 1, 18944, true);
    benchNorm(library, "7B token add + RMS norm", 1, 3584, false);
}

}  // namespace reelquery::test
