#include "core/model/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/error.h"
#include "core/model/likeliest.h"

namespace reelquery {

namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

}  // namespace

SamplerSettings samplerSettings(const GenerationOptions& wanted, const GenerationConfig& own,
                                TokenId knownIds) {
    const GenerationOptions unset;
    const auto chosen = [&](auto wish, auto unsetValue, auto makers) {
        return wanted.likeModel && wish == unsetValue ? makers : wish;
    };
    return {.temperature = chosen(wanted.temperature, unset.temperature, own.temperature),
            .topK = chosen(wanted.topK, unset.topK, own.topK),
            .topP = chosen(wanted.topP, unset.topP, own.topP),
            .repetitionPenalty = wanted.repetitionPenalty.value_or(own.repetitionPenalty),
            .seed = wanted.seed,
            .knownIds = knownIds};
}

Sampler::Sampler(const SamplerSettings& settings) : settings_(settings), random_(settings.seed) {
    ENSURE(settings.knownIds > 0, "there is a token to pick");
    seen_.resize(static_cast<std::size_t>(settings.knownIds));
}

void Sampler::see(std::span<const TokenId> ids) {
    for (const TokenId id : ids) {
        if (id >= 0 && id < settings_.knownIds) seen_[static_cast<std::size_t>(id)] = true;
    }
}

TokenId Sampler::pick(std::span<float> logits) {
    penalise(logits);
    const auto best = std::max_element(logits.begin(), logits.end());
    const bool hasNan =
        std::any_of(logits.begin(), logits.end(), [](float logit) { return std::isnan(logit); });
    if (hasNan || !std::isfinite(*best)) {
        throw Error(ErrorCode::kModel, "the model computed values that are no numbers",
                    "its weights are damaged, or bf16 is too coarse for it: try --dtype float32");
    }
    if (settings_.temperature <= 0) return static_cast<TokenId>(best - logits.begin());
    const std::vector<double> share = probabilities(logits);
    // 53 random bits make a number in [0, 1) that is the same with every standard library.
    const double drawn = static_cast<double>(random_() >> 11) * 0x1p-53;
    double sum = 0;
    TokenId last = 0;
    for (std::size_t id = 0; id < share.size(); ++id) {
        if (share[id] <= 0) continue;
        last = static_cast<TokenId>(id);
        sum += share[id];
        if (drawn < sum) break;
    }
    return last;
}

void Sampler::penalise(std::span<float> logits) const {
    const auto known = std::min(logits.size(), seen_.size());
    const auto penalty = static_cast<float>(settings_.repetitionPenalty);
    if (penalty != 1.0f) {
        for (std::size_t id = 0; id < known; ++id) {
            if (seen_[id])
                logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
        }
    }
    std::fill(logits.begin() + static_cast<std::ptrdiff_t>(known), logits.end(), kNever);
}

std::vector<double> Sampler::probabilities(std::span<const float> penalised) const {
    std::vector<double> share(penalised.begin(), penalised.end());
    for (double& score : share) score /= settings_.temperature;
    const double best = *std::max_element(share.begin(), share.end());
    const auto limit = settings_.topK > 0 ? static_cast<std::size_t>(settings_.topK) : share.size();
    if (limit >= share.size() && settings_.topP >= 1.0) {  // every id counts, in any order
        double total = 0;
        for (double& score : share) total += score = std::exp(score - best);
        for (double& weight : share) weight /= total;
        return share;
    }
    const std::vector<double> scores = share;
    const auto isLikelier = [&](std::size_t a, std::size_t b) {
        return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
    };
    std::vector<std::size_t> kept(scores.size());
    std::iota(kept.begin(), kept.end(), std::size_t{0});
    keepFirst(kept, limit, isLikelier);
    std::fill(share.begin(), share.end(), 0.0);
    double total = 0;
    for (const std::size_t id : kept) total += share[id] = std::exp(scores[id] - best);
    if (settings_.topP < 1.0) {
        const std::vector<double> weights = share;
        cutTail(kept, 1.0 - settings_.topP, isLikelier,
                [&](std::size_t id) { return weights[id] / total; });
        std::fill(share.begin(), share.end(), 0.0);
        total = 0;
        for (const std::size_t id : kept) total += share[id] = weights[id];
    }
    for (const std::size_t id : kept) share[id] /= total;
    return share;
}

}  // namespace reelquery
