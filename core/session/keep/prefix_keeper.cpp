#include "core/session/keep/prefix_keeper.h"

#include <algorithm>
#include <utility>

#include "core/base/content_id.h"
#include "core/model/prompt_builder.h"

namespace reelquery {

namespace {

/// What of the options decides the keys and values of a prefix.
AttentionOptions prefixAttention(AttentionOptions attention) {
    if (attention.kind == AttentionKind::kDense) return {};
    attention.denseLastTokens = 0;
    return attention;
}

}  // namespace

PrefixOrigin prefixOrigin(const PromptSequence& prompt, const MropePositions& positions,
                          const std::string& features, const AttentionOptions& attention,
                          const std::string& backend) {
    PrefixOrigin origin;
    const std::int64_t question =
        static_cast<std::int64_t>(prompt.ids.size()) - prompt.reusablePrefix;
    if (attention.kind == AttentionKind::kDense || attention.denseLastTokens <= question) {
        const auto end = prompt.reusablePrefix;
        origin.ids.assign(prompt.ids.begin(), prompt.ids.begin() + end);
        for (std::size_t axis = 0; axis < positions.axes.size(); ++axis) {
            const auto& all = positions.axes[axis];
            origin.positions.axes[axis].assign(all.begin(), all.begin() + end);
        }
    }
    origin.features = features;
    origin.attention = prefixAttention(attention);
    if (attention.kind == AttentionKind::kDense) return origin;
    origin.backend = backend;
    if (!attention.thresholdsFile.empty()) origin.thresholds = contentId(attention.thresholdsFile);
    return origin;
}

std::int64_t PrefixKeeper::keptTokens(const std::string& features,
                                      const AttentionOptions& attention) const {
    if (!kept_ || features.empty() || kept_->origin.features != features ||
        !(kept_->origin.attention == prefixAttention(attention))) {
        return 0;
    }
    return static_cast<std::int64_t>(kept_->origin.ids.size());
}

DecodeSession& PrefixKeeper::open(PrefixOrigin origin, const LanguageModel& model,
                                  std::int64_t capacity) {
    const auto prefix = static_cast<std::int64_t>(origin.ids.size());
    if (kept_ && prefix > 0 && kept_->origin == origin) {
        KvCache& cache = kept_->session.cache();
        cache.truncate(std::min(prefix, cache.size()));
        cache.reserve(capacity);
        return kept_->session;
    }
    kept_.reset();
    kept_ = std::make_unique<Kept>(Kept{std::move(origin), model.makeSession(capacity)});
    return kept_->session;
}

}  // namespace reelquery
