#pragma once
// What a chosen model wants of frames.

#include "core/answer/ask_request.h"
#include "core/spec/model_config.h"

namespace reelquery {

/// readFrameRules of a choice, whose tower may lie in a file of its own. Errors: kModel.
inline FrameRules frameRulesOf(const ModelChoice& choice) {
    const ModelConfig config = readModelConfig(choice.folder, choice.visionFile);
    return {static_cast<int>(config.vision.pixelsPerToken()), config.recommended};
}

}  // namespace reelquery
