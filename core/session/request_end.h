#pragma once
// Which event is a request's last.

#include <type_traits>
#include <variant>

#include "core/session/events.h"

namespace reelquery {

/// Whether nothing comes after it. isPlan: the request was Session::plan, whose done event others
/// send on their way.
inline bool endsRequest(const Event& event, bool isPlan) {
    return std::visit(
        [isPlan](const auto& one) {
            using One = std::decay_t<decltype(one)>;
            if (std::is_same_v<One, PlanReady>) return isPlan;
            return std::is_same_v<One, VideoOpened> || std::is_same_v<One, ModelReady> ||
                   std::is_same_v<One, AnswerDone> || std::is_same_v<One, ComparisonDone> ||
                   std::is_same_v<One, Watched> || std::is_same_v<One, Failed> ||
                   std::is_same_v<One, Cancelled>;
        },
        event);
}

}  // namespace reelquery
