#pragma once
// Times a whole model of a published shape with random weights: vision tower, prefill, decoding.

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/run_options.h"
#include "core/bench/bench_time.h"

namespace reelquery {

/// What of a model is measured.
enum class ModelPart { kAll, kVision, kLanguage };

struct ModelBenchOptions {
    std::string kind = "qwen2-vl-7b";             ///< one of randomCheckpointKinds()
    std::vector<std::int64_t> videoTokens{8192};  ///< prompts of about this many
    std::vector<double> densities;   ///< XAttention with random blocks of this density, selection
                                     ///< included
    std::vector<double> thresholds;  ///< XAttention with the blocks it keeps of random weights
    int stride = 16;
    ModelPart part = ModelPart::kAll;
    DeviceKind device = DeviceKind::kAuto;
    DtypeChoice dtype = DtypeChoice::kAuto;
    WeightChoice weights = WeightChoice::kStored;
    std::int64_t chunkTokens = 0;  ///< read at a time; 0: the device's default
    int repetitions = 3;           ///< timed runs after one that is not counted
    int decodeTokens = 16;  ///< timed one by one after the dense prompt, behind three not counted
    std::uint64_t seed = 1;
};

/// One prompt read one way.
struct ModelBenchRow {
    std::int64_t videoTokens = 0;  ///< whole frame pairs, so a little below what was asked for
    std::int64_t promptTokens = 0;
    std::string attention;            ///< the backend's name
    std::optional<double> threshold;  ///< set for XAttention by threshold
    std::optional<double> forced;     ///< set for XAttention with random blocks
    double density = 1;               ///< kept share of the causal blocks, mean over layers
    BenchTime prefill;                ///< to the logits of the last token
    double attentionMs = 0;           ///< of the last run, selection included
    double selectionMs = 0;
    std::optional<BenchTime> decode;  ///< per token, after a dense prompt
    std::string decodeMode;           ///< "CUDA graph", "kernel by kernel (why)", "" on the CPU
    std::int64_t peakBytes = 0;       ///< of the device, weights included
};

struct ModelBenchReport {
    std::string kind;
    std::string device;
    std::string dtype;
    std::int64_t parameters = 0;
    std::int64_t weightBytes = 0;
    std::int64_t visionTokens = 0;  ///< encoded in one timed run; 0 where the tower was left out
    BenchTime vision;
    double visionFirstMs = 0;  ///< of the run before, which plans and loads what the others find
    std::vector<ModelBenchRow> rows;

    double visionTokensPerS() const {
        return visionTokens ? static_cast<double>(visionTokens) / vision.medianMs * 1e3 : 0;
    }
};

/// Called when the model stands and the tower was timed (no rows yet), then after each row.
using ModelBenchProgress = std::function<void(const ModelBenchReport&)>;

/// Makes the model on the device and measures. Thread: any; blocks. Stops early, with the rows so
/// far, once `stop` was requested. Errors: Error{kUsage}, {kDevice}, {kMemory}.
ModelBenchReport benchModel(const ModelBenchOptions& options,
                            const ModelBenchProgress& progress = {}, std::stop_token stop = {});

}  // namespace reelquery
