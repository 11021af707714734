#pragma once
// A question ready for the language model: frames seen and encoded, prompt laid out.

#include <memory>

#include "core/base/cancel.h"
#include "core/model/mrope.h"
#include "core/model/prompt_builder.h"
#include "core/session/loaded_model.h"
#include "core/session/planner.h"
#include "core/session/session.h"
#include "core/session/video_features.h"

namespace reelquery {

/// What every way of answering the same question shares.
struct PreparedQuestion {
    QuestionPlan question;
    VideoFeatures video;
    PromptSequence prompt;
    MropePositions positions;
    double loadS = 0;  ///< spent on loading the model, 0 when it was in memory

    std::int64_t promptTokens() const { return static_cast<std::int64_t>(prompt.ids.size()); }
};

/// Plans, refuses what does not fit, loads the model into `slot` if another or none is there,
/// decodes, encodes and lays the prompt out. Sends PlanReady, Progress and FrameSeen for `id`.
/// Errors: kVideo, kModel, kDevice, kMemory, kUsage, kCancelled (within 0.5 s of a stop).
PreparedQuestion prepareQuestion(const AskRequest& request, RequestId id,
                                 std::unique_ptr<LoadedModel>& slot, const EventSink& sink,
                                 const CancelToken& cancel);

/// The report's share of what preparing found and cost; the rest is left as it was.
void fillPrepared(AnswerReport& report, const PreparedQuestion& prepared, const LoadedModel& model);

}  // namespace reelquery
