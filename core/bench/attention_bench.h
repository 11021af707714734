#pragma once
// Times dense, sparse and torch's attention on made-up inputs of a given shape.

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/run_options.h"
#include "core/bench/bench_time.h"

namespace reelquery {

struct AttentionBenchOptions {
    DeviceKind device = DeviceKind::kCpu;
    DtypeChoice dtype = DtypeChoice::kFloat32;  ///< kFloat32 or kBfloat16
    int heads = 8;                              ///< Hq
    int kvHeads = 2;                            ///< Hkv
    int headDim = 64;                           ///< D
    std::vector<std::int64_t> lengths{8192};    ///< tokens
    std::vector<int> strides{16};               ///< S
    std::vector<double> densities;  ///< rows with random block lists of this causal density
    std::vector<double>
        thresholds;         ///< rows with the blocks that selection keeps at this threshold
    int repetitions = 5;    ///< timed runs after one that is not counted
    bool torchSdpa = true;  ///< also time torch's own attention
};

/// One measured combination. Every time in a row was taken in the same run.
struct AttentionBenchRow {
    std::string device;  ///< "cpu avx512_bf16 2 threads", "cuda NVIDIA H100 80GB HBM3"
    std::string dtype;   ///< "float32" or "bf16"
    int heads = 0;
    int kvHeads = 0;
    int headDim = 0;
    std::int64_t tokens = 0;
    int stride = 0;
    std::optional<double> threshold;  ///< unset: random lists
    double density = 0;               ///< kept blocks / causal blocks
    BenchTime dense;
    std::optional<BenchTime> torchSdpa;   ///< on the CPU
    std::optional<BenchTime> torchFlash;  ///< on a GPU: torch's FlashAttention-2
    std::optional<BenchTime> torchCudnn;  ///< on a GPU: cuDNN's, through torch
    BenchTime score;                      ///< antidiagonal sums
    BenchTime select;  ///< choosing from them; part of score where the device does not tell
    BenchTime sparse;  ///< attention over the lists, selection not included
    double error = 0;  ///< |sparse - dense| / |dense|, Frobenius norms
};

/// Runs every combination of length, stride and density or threshold; causal, batch 1. q, k and v
/// are normal random numbers, on which every block matters about equally: their density at a
/// threshold and their error are worst cases, not what a video gives.
/// onRow: called as each row is done; may be empty. Stops early, with the rows so far, once `stop`
/// was requested. Errors: Error{kUsage} for options out of range, {kDevice}, {kMemory}.
std::vector<AttentionBenchRow> benchAttention(
    const AttentionBenchOptions& options,
    const std::function<void(const AttentionBenchRow&)>& onRow = {}, std::stop_token stop = {});

}  // namespace reelquery
