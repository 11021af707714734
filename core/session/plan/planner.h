#pragma once
// What a question will cost, from the headers of the video and of the model alone.

#include <cstdint>

#include "core/answer/answer_plan.h"
#include "core/answer/question.h"
#include "core/device/device.h"
#include "core/spec/model_config.h"

namespace reelquery {

/// A question with what a model of this machine makes of it.
struct QuestionPlan : Question {
    Plan plan;
    ModelConfig config;
    ResolvedDevice device;
    int decodingThreads = 0;     ///< that its memory leaves room for
    int cardDecoders = 0;        ///< as SamplingLimits', in what is left of the card's memory
    bool rowsOnHost = false;     ///< as MemoryNeed's
    bool releasesTower = false;  ///< MemoryNeed::isTowerReleased
};

/// Memory held between questions, which a question may use again or have freed: where it lies.
struct HeldMemory {
    std::int64_t hostBytes = 0;
    std::int64_t cardBytes = 0;  ///< of the card that the question would run on
};

/// Works a question out; reads the model's headers. Fills plan.choices where it does not fit;
/// leaves plan.forecast to planWith. Errors: kModel, kDevice.
QuestionPlan planQuestion(const Question& question, const HeldMemory& held);

/// Throws Error{kMemory} with the numbers and the choices unless the plan fits.
void requireFit(const QuestionPlan& question);

}  // namespace reelquery
