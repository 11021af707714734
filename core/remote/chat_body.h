#pragma once
// A question as the body of a request: the frames with their times, then the words.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/answer/ask_request.h"
#include "core/model/prompt_builder.h"
#include "core/remote/server_facts.h"

namespace reelquery {

/// A frame as it is sent: a JPEG, with its time.
struct SentFrame {
    double timeS = 0;
    std::string jpeg;
};

/// The frames as parts of a message, joined by commas, for later questions to send again byte for
/// byte, so that a server's cache of beginnings finds them. kPairs requires an even number.
/// said: in time order; each line follows, with its time, the frame or pair in which it begins, and
/// what begins before the first one follows that one. Pure.
std::string framesJson(const std::vector<SentFrame>& frames, FrameForm form,
                       const std::vector<TimedText>& said = {});

/// The whole body: system prompt, frames in the first user's message, the turns, the question last.
/// Only fields of the interface itself, as some servers refuse any other; `own` is what another
/// Reelquery takes beside them, empty for all others. Pure.
std::string chatBody(const AskRequest& asked, const std::string& framesJson,
                     const std::string& model, const std::string& own = {});

/// What another Reelquery takes beside the frames.
struct OwnFields {
    std::vector<double> frameTimesS;  ///< exactly
    double fps = 0;                   ///< the rate they were taken at
    std::int64_t maxVideoTokens = 0;  ///< the budget, of which lines may take a share
    std::vector<TimedText> said;      ///< its model's prompt has a place for it
};

/// An object. Pure.
std::string ownFieldsJson(const OwnFields& fields);

/// Base64 with padding. Pure.
std::string base64(std::string_view bytes);

}  // namespace reelquery
