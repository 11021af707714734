#include "core/bench/selector_bench.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/attention/selector_trials.h"
#include "core/base/error.h"
#include "core/session/ask/prepared_answer.h"
#include "core/session/plan/make_question.h"
#include "core/session/report/attention_report.h"
#include "vision/video/video_probe.h"

namespace reelquery {

SelectorBench benchSelectors(AskRequest request, const std::vector<SelectorOptions>& tried,
                             const CancelToken& cancel) {
    const c10::InferenceMode inference;
    initVideoLibrary();
    request.mayReuse = false;
    request.model.device = DeviceKind::kCpu;
    request.generation.maxNewTokens = 1;
    const AnswerSink silent = [](const AnswerEvent&) {};
    const Question question = makeQuestion(
        std::move(request), [](const ModelChoice& choice) { return readFrameRules(choice.folder); },
        cancel);
    WarmState warm{SessionStorage()};
    const PreparedQuestion prepared = prepareQuestion({question, 1, silent, cancel}, warm);
    const LoadedModel& model = warm.model();
    const AttentionOptions& asked = prepared.question.attention;
    const int lastTokens = asked.denseLastTokens == kDenseQuestion
                               ? static_cast<int>(prepared.questionTokens())
                               : asked.denseLastTokens;
    const SelectorTrials trials(tried, attentionTarget(model),
                                {asked.denseFirstLayers, lastTokens});
    DecodeSession session =
        model.languageModel().makeSession(prepared.cacheTokens(prepared.question.asked));
    std::string said;
    const PreparedAnswer answer = answerPrepared({.request = prepared.question.asked,
                                                  .prepared = prepared,
                                                  .model = model,
                                                  .backend = trials,
                                                  .prefillEvents = silent,
                                                  .answerEvents = silent,
                                                  .session = session,
                                                  .cancel = cancel},
                                                 said);
    throwIfCancelled(cancel);
    const auto tries = trials.results();
    const bool isAny =
        std::any_of(tries.begin(), tries.end(), [](const auto& one) { return one.calls > 0; });
    if (!isAny) {
        throw Error(ErrorCode::kUsage,
                    std::to_string(answer.report.promptTokens) +
                        " tokens are too few for blocks to be chosen",
                    "take more of the video");
    }
    SelectorBench bench;
    for (const SelectorTrial& one : tries) {
        bench.figures.push_back(
            {one.options, one.name, one.keptMass, one.worstHead, one.density, one.selectionS});
    }
    bench.promptTokens = answer.report.promptTokens;
    bench.videoTokens = answer.report.videoTokens;
    bench.attentionS = answer.report.attentionS;
    bench.model = answer.report.model;
    bench.device = answer.report.device;
    bench.dtype = answer.report.dtype;
    return bench;
}

}  // namespace reelquery
