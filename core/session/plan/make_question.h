#pragma once
// From a request to a question: the video probed, the frames planned, the subtitles found.

#include <functional>

#include "core/answer/question.h"
#include "core/base/cancel.h"
#include "core/session/hear/speech_files.h"
#include "core/spec/recommendation.h"

namespace reelquery {

/// How the model of a choice wants its frames.
using FrameRulesOf = std::function<FrameRules(const ModelChoice& choice)>;

/// Reads the video's headers and what exactContentId reads of it; decodes and hears nothing.
/// speech: where kept speech is looked for. onScan: hears of a file that has to be read through.
/// Thread: any. Errors: kVideo, kUsage (a range outside
/// the video), kCancelled; those of `rulesOf`.
Question makeQuestion(AskRequest request, const FrameRulesOf& rulesOf, const CancelToken& cancel,
                      const SpeechFiles& speech = SpeechFiles(), const ScanProgress& onScan = {});

}  // namespace reelquery
