#include "core/base/stamp_memo.h"

namespace reelquery {

std::string StampMemo::get(const FileStamp& stamp, const std::function<std::string()>& work) {
    constexpr std::size_t kMost = 1024;  // files; beyond any library that is looked at in one go
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = known_.find(stamp); known != known_.end()) return known->second;
    }
    std::string result = work();
    if (!result.empty() && isSettled(stamp)) {
        const std::lock_guard lock(mutex_);
        if (known_.size() >= kMost) known_.clear();
        known_.emplace(stamp, result);
    }
    return result;
}

}  // namespace reelquery
