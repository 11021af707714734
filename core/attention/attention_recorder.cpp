#include "core/attention/attention_recorder.h"

#include <utility>

namespace reelquery {

void AttentionRecorder::add(LayerAttentionStats entry, const WorkMark& end,
                            const std::function<void(LayerAttentionStats&)>& fill) {
    stats_.calls.push_back(std::move(entry));
    if (end.isAhead()) {
        pending_.push_back({stats_.calls.size() - 1, fill});
    } else {
        fill(stats_.calls.back());
    }
}

const AttentionStats& AttentionRecorder::settle() {
    for (const Pending& pending : pending_) pending.fill(stats_.calls[pending.call]);
    pending_.clear();
    return stats_;
}

}  // namespace reelquery
