#include "core/bench/attention_bench.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "core/attention/attention_kernels.h"
#include "core/attention/relative_difference.h"
#include "core/attention/sdpa.h"
#include "core/attention/uniform_blocks.h"
#include "core/base/error.h"
#include "core/device/cuda_libraries.h"
#include "kernels/cpu/cpu_isa.h"

namespace reelquery {

namespace {

std::string deviceName(DeviceKind device) {
    if (device == DeviceKind::kCuda) return "cuda " + cudaLibraries().usable()->card.name;
    return "cpu " + std::string(kernels::cpuIsaName(kernels::bestCpuIsa())) + " " +
           std::to_string(at::get_num_threads()) + " threads";
}

at::Device usableCard() {
    return {at::kCUDA, static_cast<at::DeviceIndex>(cudaLibraries().usable()->card.index)};
}

// Everything measured at one length.
class LengthBench {
  public:
    LengthBench(const AttentionBenchOptions& options, const AttentionKernels& kernels,
                std::int64_t tokens, const std::stop_token& stop)
        : options_(options),
          kernels_(kernels),
          device_(options.device == DeviceKind::kCpu ? at::Device(at::kCPU) : usableCard()),
          q_(randomHeads(options.heads, tokens)),
          k_(randomHeads(options.kvHeads, tokens)),
          v_(randomHeads(options.kvHeads, tokens)),
          call_{.q = q_,
                .k = k_,
                .v = v_,
                .scale = 1.0f / std::sqrt(static_cast<float>(options.headDim)),
                .stop = stop} {
        row_.device = deviceName(options.device);
        row_.dtype = options.dtype == DtypeChoice::kFloat32 ? "float32" : "bf16";
        row_.heads = options.heads;
        row_.kvHeads = options.kvHeads;
        row_.headDim = options.headDim;
        row_.tokens = tokens;
    }

    /// torch's own kernels on a GPU, one after the other; on a CPU timeRow takes torch along.
    void timeTorchOnGpu() {
        if (!options_.torchSdpa || options_.device == DeviceKind::kCpu) return;
        row_.torchFlash = timeSdpa(SdpaKind::kFlash);
        row_.torchCudnn = timeSdpa(SdpaKind::kCudnn);
    }

    /// Random lists of this density on the device.
    SelectedBlocks randomLists(double density) const {
        SelectedBlocks blocks = uniformBlocks(
            options_.heads, (row_.tokens + kernels::kBlockSize - 1) / kernels::kBlockSize, 0,
            density);
        blocks.columns = blocks.columns.to(q_.device());
        blocks.counts = blocks.counts.to(q_.device());
        return blocks;
    }

    /// Dense, scores with selection, and sparse in turn, repetition by repetition, so that a
    /// machine whose speed drifts slows all of them alike; torch goes along in the first row of a
    /// length. lists: what sparse runs on; null: what selection keeps.
    AttentionBenchRow timeRow(int stride, double threshold, const SelectedBlocks* lists) {
        kernels::SelectionParams params;
        params.stride = row_.stride = stride;
        params.threshold = static_cast<float>(threshold);
        row_.threshold = lists ? std::nullopt : std::optional(threshold);
        const bool withTorch =
            options_.torchSdpa && options_.device == DeviceKind::kCpu && !row_.torchSdpa;
        SelectedBlocks kept;
        at::Tensor out;
        std::vector<double> dense, torch, score, select, sparse;
        for (int i = 0; i <= options_.repetitions && !call_.stop.stop_requested(); ++i) {
            const bool counts = i > 0;
            if (counts || !dense_.defined()) {
                const double ms = msOf([&] { dense_ = kernels_.dense(call_); });
                if (counts) dense.push_back(ms);
            }
            if (withTorch) {
                const double ms = msOf([&] { torchSdpa(call_); });
                if (counts) torch.push_back(ms);
            }
            const double choosingMs = msOf([&] { kept = kernels_.select(call_, params); });
            const double sparseMs =
                msOf([&] { out = kernels_.sparse(call_, lists ? *lists : kept); });
            if (!counts) continue;
            select.push_back(kept.selectMs);
            score.push_back(choosingMs - kept.selectMs);
            sparse.push_back(sparseMs);
        }
        if (call_.stop.stop_requested()) return row_;
        row_.dense = summarise(std::move(dense));
        if (withTorch) row_.torchSdpa = summarise(std::move(torch));
        row_.score = summarise(std::move(score));
        row_.select = summarise(std::move(select));
        row_.sparse = summarise(std::move(sparse));
        const SelectedBlocks& used = lists ? *lists : kept;
        const double rows = static_cast<double>(used.counts.size(1));
        row_.density = static_cast<double>(used.counts.sum().item<std::int64_t>()) /
                       (options_.heads * rows * (rows + 1) / 2);
        row_.error = relativeDifference(out, dense_);
        return row_;
    }

  private:
    at::Tensor randomHeads(int heads, std::int64_t tokens) const {
        return at::randn({tokens, heads, options_.headDim}, at::device(device_))
            .to(options_.dtype == DtypeChoice::kFloat32 ? at::kFloat : at::kBFloat16)
            .transpose(0,
                       1);  // [tokens, heads, D] -> [heads, tokens, D], as a projection leaves it
    }

    // Empty where torch does not offer this implementation for these inputs.
    std::optional<BenchTime> timeSdpa(SdpaKind kind) const {
        const SdpaChoice only(kind);
        try {
            std::vector<double> ms;
            for (int i = 0; i <= options_.repetitions; ++i) {
                const double spent = msOf([&] { torchSdpa(call_); });
                if (i > 0) ms.push_back(spent);
            }
            return summarise(std::move(ms));
        } catch (const c10::Error&) {
            return std::nullopt;
        }
    }

    template <class Work>
    double msOf(const Work& work) const {
        const WorkMark begin = kernels_.mark(device_);
        work();
        return elapsedMs(begin, kernels_.mark(device_));
    }

    const AttentionBenchOptions& options_;
    const AttentionKernels& kernels_;
    const at::Device device_;
    at::Tensor q_, k_, v_;
    AttentionCall call_;
    at::Tensor dense_;
    AttentionBenchRow row_;
};

// Before the first tensor: the GPU half of libtorch has to be there by then.
void requireKernels(const AttentionBenchOptions& options) {
    const CudaLibraries& libraries = cudaLibraries();
    std::string why = libraries.whyNone();
    if (why.empty())
        why = makeAttentionKernels(DeviceKind::kCuda)
                  ->whyNotSparse(options.dtype == DtypeChoice::kBfloat16, options.headDim);
    if (!why.empty())
        throw Error(ErrorCode::kDevice, "attention cannot be measured on a GPU here: " + why,
                    "use --device cpu");
}

void checkOptions(const AttentionBenchOptions& o) {
    const auto require = [](bool holds, const char* message) {
        if (!holds) throw Error(ErrorCode::kUsage, message, "see reelquery bench attention --help");
    };
    require(o.heads >= 1 && o.kvHeads >= 1 && o.heads % o.kvHeads == 0,
            "the number of heads must be a multiple of the key/value heads");
    require(o.headDim >= 1 && o.headDim <= 512, "the head dimension must lie between 1 and 512");
    require(o.repetitions >= 1, "at least one repetition is needed");
    require(o.dtype != DtypeChoice::kAuto, "choose float32 or bf16");
    for (const std::int64_t tokens : o.lengths)
        require(tokens >= 1 && tokens <= (1 << 22),
                "lengths must lie between 1 and 4194304 tokens");
    for (const int stride : o.strides)
        require(kernels::isScoreStride(stride), "strides must be 4, 8 or 16");
    for (const double density : o.densities)
        require(density > 0 && density <= 1, "densities must lie above 0 and at most at 1");
    for (const double threshold : o.thresholds)
        require(threshold >= 0 && threshold <= 1, "thresholds must lie between 0 and 1");
}

}  // namespace

std::vector<AttentionBenchRow> benchAttention(
    const AttentionBenchOptions& options,
    const std::function<void(const AttentionBenchRow&)>& onRow, std::stop_token stop) {
    checkOptions(options);
    if (options.device == DeviceKind::kCuda) requireKernels(options);
    const auto kernels = makeAttentionKernels(options.device);
    std::vector<AttentionBenchRow> rows;
    const auto add = [&](AttentionBenchRow row) {
        if (stop.stop_requested()) return;
        if (onRow) onRow(row);
        rows.push_back(std::move(row));
    };
    for (const std::int64_t tokens : options.lengths) {
        if (stop.stop_requested()) break;
        LengthBench bench(options, *kernels, tokens, stop);
        bench.timeTorchOnGpu();
        for (const int stride : options.strides) {
            for (const double threshold : options.thresholds) {
                add(bench.timeRow(stride, threshold, nullptr));
            }
            for (const double density : options.densities) {
                const SelectedBlocks lists = bench.randomLists(density);
                add(bench.timeRow(stride, kDefaultThreshold, &lists));
            }
        }
    }
    return rows;
}

}  // namespace reelquery
