#include "core/model/prompt_reading.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "core/attention/attention_recorder.h"
#include "core/attention/prompt_density.h"
#include "core/base/error.h"
#include "core/device/card_pace.h"
#include "core/device/card_wait.h"
#include "core/device/device_errors.h"
#include "core/model/language_model_weights.h"

namespace reelquery {

namespace {

/// Cuts the cache back to where it was unless the step succeeded.
class CacheGuard {
  public:
    explicit CacheGuard(KvCache& cache) : cache_(cache), size_(cache.size()) {}

    CacheGuard(const CacheGuard&) = delete;
    CacheGuard& operator=(const CacheGuard&) = delete;

    ~CacheGuard() { cache_.truncate(std::min(size_, cache_.size())); }

    /// What is held by now stays, whatever comes.
    void keep() { size_ = cache_.size(); }

    /// All is read: what is done with the cache from here on is others' affair.
    void release() { size_ = std::numeric_limits<std::int64_t>::max(); }

  private:
    KvCache& cache_;
    std::int64_t size_;  // to go back to
};

/// Adds the time of its life to a sum.
class Stopwatch {
  public:
    explicit Stopwatch(double& seconds) : seconds_(seconds) {}

    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

    ~Stopwatch() {
        seconds_ +=
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    double& seconds_;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

struct PromptReading::State {
    const LanguageModel::Weights& weights;
    const PrefillRequest request;
    KvCache& cache;
    const AttentionBackend& backend;
    const std::int64_t total, reused, stop, chunk;
    CacheGuard guard;
    CardPace pace;
    AttentionRecorder recorder = {};
    PromptDensity density = {};  // of this prompt; the automatic choice goes by it
    std::optional<ChunkInputs> next = {};
    std::int64_t row = 0;  // of the feature that the first pad behind `next` takes
    double seconds = 0;
    at::Tensor logits = {};

    std::int64_t lengthAt(std::int64_t begin) const {
        const std::int64_t boundary =
            begin < request.prefixTokens ? std::min(request.prefixTokens, total) : total;
        return std::min(chunk, boundary - begin);
    }

    std::int64_t padsIn(std::int64_t begin, std::int64_t n) const {
        const auto ids = request.ids.subspan(begin, n);
        return std::count_if(ids.begin(), ids.end(), [&](TokenId id) { return weights.isPad(id); });
    }

    /// Where reading has to end for now: no chunk from there on has all its rows.
    std::int64_t endFor(std::int64_t rows) const {
        std::int64_t end = cache.size();
        std::int64_t needed = padsIn(0, end);
        const std::int64_t last = std::min(request.prefixTokens, stop);
        while (end < last) {
            needed += padsIn(end, lengthAt(end));
            if (needed > rows) break;
            end += lengthAt(end);
        }
        return end;
    }

    ChunkInputs inputsAt(std::int64_t begin) {
        return weights.chunkInputs(request, begin, lengthAt(begin), row);
    }

    /// Reads on to a chunk's end.
    void read(std::int64_t to) {
        const c10::InferenceMode inference;
        const Stopwatch time(seconds);
        const int card = weights.target.cudaDevice;
        try {
            for (std::int64_t begin = cache.size(); begin < to; begin = cache.size()) {
                if (!next) next = inputsAt(begin);
                readChunk(begin, to);
                if (card >= 0) {
                    cudaFinishAsleep(card);
                    recorder.settle();
                }
                if (request.keepsChunks) guard.keep();
            }
        } catch (...) {
            rethrowDeviceError(card, "reading the prompt");
        }
    }

    void readChunk(std::int64_t begin, std::int64_t to) {
        const std::int64_t n = lengthAt(begin), end = begin + n;
        ChunkInputs chunkNow = std::move(*next);
        next.reset();
        auto& [x, cos, sin, pads, deep] = chunkNow;
        // A run that finds the prefix kept knows nothing of how it was read.
        if (begin == request.prefixTokens) density.forget();
        tell(request.observer, "lm.inputs_embeds", x);
        if (request.observer) {
            request.observer->see("lm.rope_cos", at::cat({cos, cos}, 1));
            request.observer->see("lm.rope_sin", at::cat({sin, sin}, 1));
        }
        CacheAttention attention(weights.config, cache, cos, sin, request.cancel);
        attention.readPromptWith(backend, recorder, density, total);
        const auto layers = static_cast<std::int64_t>(weights.layers.size());
        weights.runLayers(x, {attention, request.cancel, request.observer}, deep, pads,
                          [&](std::int64_t layer) {
                              pace.endLayer();
                              if (!request.progress) return;
                              request.progress(begin + n * (layer + 1) / layers, total);
                          });
        cache.advance(n);
        // Before waiting, so that a card finds the next chunk's when it is done with this one.
        if (end < to) next = inputsAt(end);
        if (request.observer) {
            request.observer->see("lm.final_norm",
                                  rmsNorm(x, weights.finalNorm, weights.config.rmsNormEps));
        }
        if (end == total) logits = weights.logits(x);
    }
};

PromptReading::PromptReading(const LanguageModel& model, const PrefillRequest& request,
                             KvCache& cache, const AttentionBackend& backend) {
    const auto total = static_cast<std::int64_t>(request.ids.size());
    const std::int64_t stop = request.prefixOnly ? std::min(request.prefixTokens, total) : total;
    ENSURE(cache.size() <= stop && total <= cache.capacity(), "there is room for what is read");
    ENSURE(request.positions.size() == total, "every token has a position");
    const LanguageModel::Weights& weights = *model.weights_;
    state_ = std::unique_ptr<State>(
        new State{.weights = weights,
                  .request = request,
                  .cache = cache,
                  .backend = backend,
                  .total = total,
                  .reused = cache.size(),
                  .stop = stop,
                  .chunk = request.chunkTokens > 0 ? request.chunkTokens : model.defaultChunk(),
                  .guard = CacheGuard(cache),
                  .pace = CardPace(weights.target.cudaDevice)});
    state_->row = state_->padsIn(0, cache.size());
}

PromptReading::~PromptReading() = default;

void PromptReading::readTo(std::int64_t rows) {
    if (const std::int64_t end = state_->endFor(rows); end > state_->cache.size()) {
        state_->read(end);
    }
}

at::Tensor PromptReading::finish(PrefillReport& report) {
    State& state = *state_;
    state.read(state.stop);
    state.guard.release();
    report.attention = state.recorder.settle();
    report.tokens = state.stop - state.reused;
    report.seconds = state.seconds;
    for (const LayerAttentionStats& call : report.attention.calls) {
        report.selectionS += call.selectionMs() * 1e-3;
        report.attentionS += (call.selectionMs() + call.attentionMs) * 1e-3;
    }
    return state.logits;
}

double PromptReading::seconds() const {
    return state_->seconds;
}

std::int64_t PromptReading::reusedTokens() const {
    return state_->reused;
}

}  // namespace reelquery
