#pragma once
// The product of one row with weights of bf16 against double precision, and chains of such products
// that start early against the same chains with a wait behind every call.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "tests/gpu/gemm_check.cuh"
#include "tests/gpu/row_array.h"

namespace reelquery::test {

struct Bf16RowCase {
    std::int64_t outputs, inputs;
    int gap;  // values between the rows of the weights
    bool hasBias;
};

inline void checkBf16Row(const GemmLibrary& library, const Bf16RowCase& c, std::uint32_t seed,
                         const GemmReport& report) {
    constexpr auto kType = kernels::Dtype::kBfloat16;
    RowArray weights(kType, c.outputs, c.inputs, c.inputs + c.gap), x(kType, 1, c.inputs, c.inputs),
        bias(kType, 1, c.outputs, c.outputs), out(kType, 1, c.outputs, c.outputs);
    weights.fillRandom(seed, 0.1);
    x.fillRandom(seed + 1, 2);
    bias.fillRandom(seed + 2, 5);
    kernels::CudaBf16Row call;
    call.weights = weights.get();
    call.weightStride = weights.stride();
    call.outputs = c.outputs;
    call.inputs = c.inputs;
    call.x = x.get();
    call.bias = c.hasBias ? bias.get() : nullptr;
    call.out = out.get();
    const kernels::Status status = library.bf16Row(&call, nullptr);
    require(cudaDeviceSynchronize(), "a product of one row");
    const std::vector<double> w = weights.values(), row = x.values(), b = bias.values(),
                              got = out.values();
    double worst = 0;
    for (std::int64_t n = 0; n < c.outputs; ++n) {
        double want = c.hasBias ? b[static_cast<std::size_t>(n)] : 0, terms = std::abs(want);
        for (std::int64_t k = 0; k < c.inputs; ++k) {
            const double product =
                w[static_cast<std::size_t>(n * c.inputs + k)] * row[static_cast<std::size_t>(k)];
            want += product;
            terms += std::abs(product);
        }
        // One rounding to bf16, and what float32 sums of some hundred values a lane may lose.
        const double allowed = 0x1p-8 * std::abs(want) + 4e-6 * terms;
        const double off = std::abs(got[static_cast<std::size_t>(n)] - want) / allowed;
        if (!(off <= worst)) worst = off;
    }
    char figures[128];
    std::snprintf(figures, sizeof figures, "worst %.3f of what rounding allows, strayed %lld %s",
                  worst, static_cast<long long>(weights.strayed() + x.strayed() + out.strayed()),
                  status.message);
    report(status.ok() && worst <= 1 && weights.strayed() + x.strayed() + out.strayed() == 0,
           "one row of bf16, " + std::to_string(c.outputs) + " x " + std::to_string(c.inputs) +
               (c.hasBias ? " + bias" : ""),
           figures);
}

/// Products that feed each other, through two buffers that are written in turn: one that read too
/// early, or wrote too early, has other bits than where the program waits after every call.
inline void checkEarlyChain(const GemmLibrary& library, int runs, const GemmReport& report) {
    constexpr auto kType = kernels::Dtype::kBfloat16;
    constexpr std::int64_t kWidth = 2048;
    constexpr int kLinks = 24, kMatrices = 3;
    std::vector<RowArray> weights;
    for (std::uint32_t i = 0; i < kMatrices; ++i) {
        weights.emplace_back(kType, kWidth, kWidth, kWidth);
        weights.back().fillRandom(i + 1, 1 / std::sqrt(static_cast<double>(kWidth)));
    }
    RowArray first(kType, 1, kWidth, kWidth), second(kType, 1, kWidth, kWidth);
    cudaStream_t stream;
    require(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
    bool isOk = true;
    const auto run = [&](bool waits) {
        for (int i = 0; i < kLinks; ++i) {
            kernels::CudaBf16Row call;
            call.weights = weights[static_cast<std::size_t>(i % kMatrices)].get();
            call.weightStride = call.outputs = call.inputs = kWidth;
            call.x = (i % 2 ? second : first).get();
            call.out = (i % 2 ? first : second).get();
            isOk = library.bf16Row(&call, stream).ok() && isOk;
            if (waits) require(cudaStreamSynchronize(stream), "a link of the chain");
        }
    };
    cudaGraph_t graph;
    cudaGraphExec_t executable;
    require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin capture");
    run(false);
    require(cudaStreamEndCapture(stream, &graph), "end capture");
    require(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    int differ = 0;
    for (int i = 0; i < runs; ++i) {
        std::vector<double> results[3];
        for (int way = 0; way < 3; ++way) {
            first.fillRandom(static_cast<std::uint32_t>(100 + i), 1);
            if (way == 2) {
                require(cudaGraphLaunch(executable, stream), "cudaGraphLaunch");
            } else {
                run(way == 0);
            }
            require(cudaStreamSynchronize(stream), "a chain");
            results[way] = first.values();
        }
        differ += results[1] != results[0] || results[2] != results[0];
    }
    cudaGraphExecDestroy(executable);
    cudaGraphDestroy(graph);
    cudaStreamDestroy(stream);
    report(isOk && differ == 0, "chains of early products",
           std::to_string(differ) + " of " + std::to_string(runs) + " differ");
}

/// A NaN or an infinity stays in the outputs that it belongs to.
inline void checkSpoiledRow(const GemmLibrary& library, const GemmReport& report) {
    constexpr std::int64_t kOutputs = 20, kInputs = 64;
    std::vector<std::uint16_t> weights(kOutputs * kInputs, toBits(1)), x(kInputs, toBits(1));
    weights[7 * kInputs + 33] = toBits(std::numeric_limits<float>::quiet_NaN());
    weights[9 * kInputs + 2] = toBits(std::numeric_limits<float>::infinity());
    const DeviceArray<std::uint16_t> deviceWeights(weights), deviceX(x);
    DeviceArray<std::uint16_t> out(kOutputs);
    kernels::CudaBf16Row call;
    call.weights = deviceWeights.get();
    call.weightStride = call.inputs = kInputs;
    call.outputs = kOutputs;
    call.x = deviceX.get();
    call.out = out.get();
    bool passed = library.bf16Row(&call, nullptr).ok();
    require(cudaDeviceSynchronize(), "a spoiled row");
    const std::vector<std::uint16_t> got = out.toHost();
    for (std::size_t n = 0; n < got.size(); ++n) {
        const std::uint32_t bits = std::uint32_t{got[n]} << 16;
        float value;
        std::memcpy(&value, &bits, sizeof value);
        passed = passed && (n == 7 ? std::isnan(value) : n == 9 ? std::isinf(value) : value == 64);
    }
    report(passed, "one row with NaN and Inf", "each in its own output only");
}

inline void checkBf16RowRefusals(const GemmLibrary& library, const GemmReport& report) {
    using kernels::StatusCode;
    DeviceArray<std::uint16_t> weights(16 * 64), x(64), out(16);
    const auto code = [&](auto change) {
        kernels::CudaBf16Row call;
        call.weights = weights.get();
        call.weightStride = call.inputs = 64;
        call.outputs = 16;
        call.x = x.get();
        call.out = out.get();
        change(call);
        return library.bf16Row(&call, nullptr).code;
    };
    const bool passed =
        code([](auto&) {}) == StatusCode::kOk &&
        code([](auto& c) { c.x = nullptr; }) == StatusCode::kInvalidArgument &&
        code([](auto& c) { c.outputs = 0; }) == StatusCode::kInvalidArgument &&
        code([](auto& c) { c.weightStride = 63; }) == StatusCode::kInvalidArgument &&
        code([](auto& c) { c.inputs = 60; }) == StatusCode::kUnsupported &&
        code([](auto& c) { c.x = static_cast<const char*>(c.x) + 2; }) == StatusCode::kUnsupported;
    require(cudaDeviceSynchronize(), "refusals");
    report(passed, "bad calls for one row", "refused with a code");
}

/// Everything above. tiny: what compute-sanitizer gets through.
inline void checkBf16Rows(const GemmLibrary& library, bool tiny, const GemmReport& report) {
    checkBf16RowRefusals(library, report);
    checkSpoiledRow(library, report);
    // Shapes of 2B and 7B, then sizes that fill neither a block of threads nor a warp's turn.
    const std::vector<Bf16RowCase> cases =
        tiny ? std::vector<Bf16RowCase>{{17, 264, 8, true}, {3, 8, 0, false}}
             : std::vector<Bf16RowCase>{{2048, 1536, 0, true},   {1536, 8960, 0, false},
                                        {4608, 3584, 0, true},   {3584, 18944, 0, false},
                                        {17920, 1536, 0, false}, {1, 8, 0, true},
                                        {7, 24, 8, false},       {33, 1000, 16, true},
                                        {1001, 520, 0, false},   {5, 16384, 0, true}};
    std::uint32_t seed = 4000;
    for (const Bf16RowCase& c : cases) checkBf16Row(library, c, seed += 10, report);
    checkEarlyChain(library, tiny ? 1 : 40, report);
}

}  // namespace reelquery::test
