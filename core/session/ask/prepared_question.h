#pragma once
// A question ready for the language model: frames seen and encoded, prompt laid out.

#include <memory>
#include <string>

#include "core/answer/answerer.h"
#include "core/model/mrope.h"
#include "core/model/prompt_builder.h"
#include "core/session/keep/warm_state.h"
#include "core/session/plan/planner.h"
#include "core/session/session.h"
#include "core/session/watch/video_features.h"

namespace reelquery {

/// What every way of answering the same question shares.
struct PreparedQuestion {
    QuestionPlan question;
    std::shared_ptr<const VideoFeatures> video;
    std::string featureKey;           ///< see featureKey; empty: these features are not kept
    int subtitleLines = 0;            ///< in the prompt
    std::vector<TimedText> said;      ///< those lines, in time order
    bool featuresFromCache = false;   ///< nothing was encoded
    std::vector<std::string> notes;   ///< see AnswerReport
    double decodeS = 0, encodeS = 0;  ///< spent now
    PromptSequence prompt;
    MropePositions positions;
    double loadS = 0;  ///< as AnswerReport's

    /// Tokens of a cache that takes the prompt and the longest answer.
    std::int64_t cacheTokens(const AskRequest& request) const {
        return promptTokens() + request.generation.maxNewTokens;
    }

    std::int64_t promptTokens() const { return static_cast<std::int64_t>(prompt.ids.size()); }

    /// Those behind the video; none where words alone are asked about, which are read as a language
    /// model reads them.
    std::int64_t questionTokens() const {
        return prompt.visionTokens > 0 ? promptTokens() - prompt.reusablePrefix : 0;
    }
};

class ReadingAlong;

/// Plans `ask`, refuses what does not fit, makes the model the warm one if another or none is
/// there, decodes and encodes unless the features are known, and lays the prompt out. `along`,
/// where there is one, reads the prompt while its video is encoded; where nothing is, it hears
/// nothing. Sends PlanReady, Progress and FrameSeen. Errors: kVideo, kModel, kDevice, kMemory,
/// kUsage, kCancelled (within 0.5 s of a stop).
PreparedQuestion prepareQuestion(const AskContext& ask, WarmState& warm,
                                 ReadingAlong* along = nullptr);

/// The report's share of what preparing found and cost; the rest is left as it was.
void fillPrepared(AnswerReport& report, const PreparedQuestion& prepared, const LoadedModel& model);

}  // namespace reelquery
