#include "core/session/keep/prefix_keeper.h"

#include <algorithm>
#include <utility>

#include "core/base/content_id.h"
#include "core/model/prompt_builder.h"

namespace reelquery {

AttentionOptions prefixAttention(AttentionOptions attention) {
    if (attention.kind == AttentionKind::kDense) return {};
    attention.denseLastTokens = 0;
    return attention;
}

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
    const std::string& thresholds = attention.selector.thresholdsFile;
    if (!thresholds.empty()) origin.thresholds = contentId(thresholds);
    return origin;
}

DecodeSession& PrefixKeeper::open(PrefixOrigin origin, const LanguageModel& model,
                                  std::int64_t capacity, const CancelToken& cancel) {
    const auto prefix = static_cast<std::int64_t>(origin.ids.size());
    const bool isTold = prefix > 0 && !origin.features.empty();
    if (kept_ && isTold && kept_->origin == origin) {
        KvCache& cache = kept_->session.cache();
        cache.truncate(std::min(prefix, cache.size()));
        cache.reserve(capacity, cancel);
        return kept_->session;
    }
    kept_.reset();
    kept_ = std::make_unique<Kept>(Kept{std::move(origin), model.makeSession(capacity)});
    return kept_->session;
}

}  // namespace reelquery
