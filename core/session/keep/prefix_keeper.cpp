#include "core/session/keep/prefix_keeper.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/content_id.h"
#include "core/model/prompt_builder.h"
#include "core/session/keep/feature_keeper.h"

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
    const auto found = std::find_if(kept_.begin(), kept_.end(),
                                    [&](const Kept& kept) { return kept.serves(origin); });
    if (found != kept_.end()) {
        kept_.splice(kept_.begin(), kept_, found);
        KvCache& cache = found->session.cache();
        cache.truncate(std::min(std::ssize(origin.ids), cache.size()));
        cache.reserve(capacity, cancel);
        return found->session;
    }
    // Where nothing tells whose they are they are of no more use.
    kept_.remove_if([](const Kept& kept) { return !kept.serves(kept.origin); });
    if (kept_.size() == kMostKeptVideos) kept_.pop_back();
    kept_.push_front(Kept{std::move(origin), model.makeSession(capacity)});
    return kept_.front().session;
}

std::vector<const PrefixOrigin*> PrefixKeeper::kept() const {
    std::vector<const PrefixOrigin*> origins;
    for (const Kept& kept : kept_) origins.push_back(&kept.origin);
    return origins;
}

bool PrefixKeeper::dropOldest(const PrefixOrigin* spared) {
    const auto oldest = std::find_if(kept_.rbegin(), kept_.rend(), [&](const Kept& kept) {
        return !spared || !kept.serves(*spared);
    });
    if (oldest == kept_.rend()) return false;
    kept_.erase(std::next(oldest).base());
    return true;
}

std::int64_t PrefixKeeper::bytes(const PrefixOrigin* spared) const {
    std::int64_t bytes = 0;
    for (const Kept& kept : kept_)
        if (!spared || !kept.serves(*spared)) bytes += kept.session.cache().bytes();
    return bytes;
}

}  // namespace reelquery
