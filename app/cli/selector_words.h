#pragma once
// A way to choose blocks in one word, where a command takes several of them.

#include <string>

#include "core/session/session.h"

namespace reelquery {

/// "xattention,stride=8,threshold=0.5": one of the choices of --attention, then what differs from
/// `given`: stride, score-pattern, threshold, keep-share, named as the flags are. A thresholds file
/// of `given` goes where a threshold or a stride is named. Throws Error{kUsage}, naming `flag`.
AttentionOptions selectorOfWords(const std::string& words, const AttentionOptions& given,
                                 const std::string& flag);

/// The usage of such a flag.
inline constexpr const char* kSelectorWords =
    "NAME[,stride=S][,score-pattern=P][,threshold=T][,keep-share=R]";

}  // namespace reelquery
