#include "core/bench/model_bench.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/attention/backend_factory.h"
#include "core/base/cancel.h"
#include "core/base/error.h"
#include "core/bench/random_weights.h"
#include "core/device/card_wait.h"
#include "core/device/cuda_memory.h"
#include "core/device/device.h"
#include "core/device/device_errors.h"
#include "core/device/host_memory.h"
#include "core/model/language_model.h"
#include "core/session/report/attention_report.h"
#include "vision/encoder/video_encoder.h"
#include "vision/encoder/vision_tower.h"

namespace reelquery {

namespace {

// A frame pair of 504 x 392 pixels, as the published figures of the tower have it.
constexpr std::int64_t kPairRows = 28, kPairColumns = 36;
constexpr std::int64_t kPairTokens = kPairRows * kPairColumns / 4;
constexpr std::int64_t kMostVisionTokens = 64 * kPairTokens;  // 128 frames
constexpr std::int64_t kQuestionTokens = 32;
constexpr std::int64_t kTimeTextTokens = 7;  // "<12.5 seconds>"
constexpr int kUncountedTokens = 3;

double msSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

/// Grid of about `tokens` video tokens: whole pairs, or one small pair where they are few.
PatchGrid gridOfTokens(std::int64_t tokens) {
    if (tokens < kPairTokens) return {1, 2, 2 * tokens};
    return {tokens / kPairTokens, kPairRows, kPairColumns};
}

/// A prompt of a video, laid out in the family's segments, and a question; ids and features made
/// up.
struct BenchPrompt {
    std::vector<TokenId> ids;
    MropePositions positions;
    VisionFeatures features;  // of N tokens

    BenchPrompt(const ModelConfig& config, std::int64_t videoTokens,
                const at::TensorOptions& type) {
        const PatchGrid grid = gridOfTokens(videoTokens);
        const std::int64_t tokens = grid.patches() / 4;
        const bool hasTimes = config.prompt.timeTextEveryPairs > 0;
        const std::int64_t step = hasTimes ? config.prompt.timeTextEveryPairs : grid.t;
        std::vector<VisionRun> runs;
        for (std::int64_t pair = 0; pair < grid.t; pair += step) {
            const PatchGrid part = {std::min(step, grid.t - pair), grid.h, grid.w};
            if (hasTimes) addWords(kTimeTextTokens);
            ids.push_back(config.ids.visionStart);
            runs.push_back({length(), part, false, 1.0});
            ids.insert(ids.end(), static_cast<std::size_t>(part.patches() / 4),
                       config.ids.videoPad);
            ids.push_back(config.ids.visionEnd);
        }
        addWords(kQuestionTokens);
        positions = mropePositions(length(), runs, config.vision.mergeSize, config.tokensPerSecond);
        const auto made = [&] { return at::randn({tokens, config.text.hiddenSize}, type); };
        features.rows = made();
        for (std::size_t i = 0; i < config.vision.deepLayers.size(); ++i) {
            features.deep.push_back(made());
        }
    }

    std::int64_t length() const { return static_cast<std::int64_t>(ids.size()); }

  private:
    void addWords(std::int64_t count) {
        for (TokenId id = 0; id < count; ++id) ids.push_back(100 + id);
    }
};

RandomWeights packing(RandomWeights weights, WeightChoice packTo) {
    weights.setPackTo(packTo);
    return weights;
}

/// The model under measurement, with clocks and memory of its device.
class ModelUnderBench {
  public:
    ModelUnderBench(const ModelBenchOptions& options, const CancelToken& stop)
        : options_(options),
          stop_(stop),
          device_(resolveDevice(options.device, options.dtype)),
          weights_(
              packing(randomWeights(options.kind, device_.target, options.seed), options.weights)),
          tower_(weights_.config().vision, weights_),
          model_(weights_.config(), weights_) {
        finish();
    }

    ModelBenchReport describe() const {
        ModelBenchReport report;
        report.kind = options_.kind;
        report.device = device_.name;
        report.dtype = device_.dtype;
        report.parameters = weights_.parameters();
        report.weightBytes = weights_.totalBytes();
        return report;
    }

    void timeVision(std::int64_t wanted, ModelBenchReport& report) const {
        const PatchGrid all = gridOfTokens(std::min(wanted, kMostVisionTokens));
        const std::int64_t perPair = all.h * all.w;
        const std::int64_t pairs =
            std::clamp<std::int64_t>(VideoEncoder::patchBudgetOf(tower_) / perPair, 1, all.t);
        const at::Tensor patches =
            at::randn({pairs * perPair, weights_.config().vision.patchValues()},
                      tensorOptions().dtype(at::kFloat));
        std::vector<double> ms;
        for (int run = 0; run <= options_.repetitions; ++run) {
            const auto start = std::chrono::steady_clock::now();
            for (std::int64_t done = 0; done < all.t; done += pairs) {
                const std::int64_t t = std::min(pairs, all.t - done);
                tower_.encode(patches.narrow(0, 0, t * perPair), {t, all.h, all.w}, stop_);
            }
            finish();
            if (run == 0) report.visionFirstMs = msSince(start);
            if (run > 0) ms.push_back(msSince(start));
        }
        report.visionTokens = all.patches() / 4;
        report.vision = summarise(std::move(ms));
    }

    BenchPrompt prompt(std::int64_t videoTokens) const {
        return BenchPrompt(weights_.config(), videoTokens, tensorOptions());
    }

    AttentionTarget attentionTarget() const {
        const TextConfig& text = weights_.config().text;
        return {static_cast<int>(text.layers), static_cast<int>(text.heads),
                card() >= 0 ? DeviceKind::kCuda : DeviceKind::kCpu, static_cast<int>(text.headDim),
                device_.target.bfloat16};
    }

    /// Reads the prompt with `backend` and, where `decodes`, answers a little.
    ModelBenchRow time(const BenchPrompt& prompt, const AttentionBackend& backend,
                       bool decodes) const {
        resetPeak();
        ModelBenchRow row;
        row.videoTokens = prompt.features.rows.size(0);
        row.promptTokens = prompt.length();
        row.attention = backend.name();
        DecodeSession session =
            model_.makeSession(prompt.length() + kUncountedTokens + options_.decodeTokens);
        KvCache& cache = session.cache();
        std::vector<double> ms;
        for (int run = 0; run <= options_.repetitions; ++run) {
            cache.truncate(0);
            PrefillReport report;
            model_.prefill({.ids = prompt.ids,
                            .positions = prompt.positions,
                            .visionFeatures = prompt.features,
                            .chunkTokens = options_.chunkTokens,
                            .cancel = stop_},
                           cache, backend, report);
            if (run == 0) continue;
            ms.push_back(report.seconds * 1e3);
            row.attentionMs = report.attentionS * 1e3;
            row.selectionMs = report.selectionS * 1e3;
            row.density = meanDensity(layerReports(report.attention));
        }
        row.prefill = summarise(std::move(ms));
        if (decodes) timeDecoding(prompt, session, row);
        row.peakBytes = card() >= 0 ? cudaPeakBytes(card()) : peakMemoryBytes();
        return row;
    }

  private:
    int card() const { return device_.target.cudaDevice; }

    at::TensorOptions tensorOptions() const {
        const auto type =
            at::TensorOptions().dtype(device_.target.bfloat16 ? at::kBFloat16 : at::kFloat);
        return card() >= 0 ? type.device(at::kCUDA, static_cast<at::DeviceIndex>(card())) : type;
    }

    void timeDecoding(const BenchPrompt& prompt, DecodeSession& session, ModelBenchRow& row) const {
        model_.prepare(session);
        std::vector<double> ms;
        for (int token = 0; token < kUncountedTokens + options_.decodeTokens; ++token) {
            const auto start = std::chrono::steady_clock::now();
            model_.decode(100 + token, session.cache().size() + prompt.positions.delta, session,
                          stop_);
            if (token >= kUncountedTokens) ms.push_back(msSince(start));
        }
        if (!ms.empty()) row.decode = summarise(std::move(ms));
        row.decodeMode = session.mode();
    }

    void resetPeak() const {
        if (card() >= 0) {
            cudaResetPeak(card());
        } else {
            resetPeakMemory();
        }
    }

    void finish() const {
        if (card() >= 0) cudaFinish(card());
    }

    const ModelBenchOptions& options_;
    CancelToken stop_;
    ResolvedDevice device_;
    RandomWeights weights_;
    VisionTower tower_;
    LanguageModel model_;
};

void checkModelOptions(const ModelBenchOptions& options) {
    const auto require = [](bool holds, const char* message) {
        if (!holds) throw Error(ErrorCode::kUsage, message, "see reelquery bench model --help");
    };
    require(!options.videoTokens.empty(), "at least one length is needed");
    for (const std::int64_t tokens : options.videoTokens)
        require(tokens >= 1 && tokens <= (1 << 22),
                "lengths must lie between 1 and 4194304 video tokens");
    for (const double density : options.densities)
        require(density > 0 && density <= 1, "densities must lie above 0 and at most at 1");
    require(options.repetitions >= 1, "at least one repetition is needed");
    require(options.decodeTokens >= 0, "the number of answer tokens cannot be negative");
}

/// Runs every row of one length; adds them to the report.
void benchLength(const ModelBenchOptions& options, const ModelUnderBench& model,
                 std::int64_t videoTokens, const std::function<void(ModelBenchRow)>& add) {
    const BenchPrompt prompt = model.prompt(videoTokens);
    const AttentionTarget target = model.attentionTarget();
    AttentionOptions attention;
    attention.selector.stride = options.stride;
    add(model.time(prompt, *makeAttentionBackend(attention, target), true));
    attention.kind = AttentionKind::kSparse;
    for (const double threshold : options.thresholds) {
        attention.selector.threshold = threshold;
        ModelBenchRow row = model.time(prompt, *makeAttentionBackend(attention, target), false);
        row.threshold = threshold;
        add(std::move(row));
    }
    attention.selector.threshold.reset();
    for (const double density : options.densities) {
        ModelBenchRow row =
            model.time(prompt, *makeForcedDensityBackend(attention, target, density), false);
        row.forced = density;
        add(std::move(row));
    }
}

}  // namespace

ModelBenchReport benchModel(const ModelBenchOptions& options, const ModelBenchProgress& progress,
                            std::stop_token stop) {
    checkModelOptions(options);
    const ResolvedDevice device = resolveDevice(options.device, options.dtype);
    const c10::InferenceMode inference;
    ModelBenchReport report;
    try {
        const ModelUnderBench model(options, stop);
        report = model.describe();
        const auto& lengths = options.videoTokens;
        if (options.part != ModelPart::kLanguage)
            model.timeVision(*std::max_element(lengths.begin(), lengths.end()), report);
        if (progress) progress(report);
        if (options.part == ModelPart::kVision) return report;
        for (const std::int64_t tokens : options.videoTokens) {
            benchLength(options, model, tokens, [&](ModelBenchRow row) {
                report.rows.push_back(std::move(row));
                if (progress) progress(report);
            });
        }
    } catch (...) {
        const auto error = deviceError(device.target.cudaDevice, "measuring " + options.kind);
        if (!error) throw;
        if (error->code() != ErrorCode::kCancelled) throw *error;
    }
    return report;
}

}  // namespace reelquery
