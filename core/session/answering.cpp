#include "core/session/answering.h"

#include <ATen/ATen.h>

#include <chrono>
#include <utility>

#include "core/attention/backend_factory.h"
#include "core/session/answer_writer.h"
#include "core/session/attention_report.h"
#include "core/session/memory.h"
#include "core/session/prepared_question.h"

namespace reelquery {

AnswerReport answerQuestion(const AskRequest& request, RequestId id,
                            std::unique_ptr<LoadedModel>& slot, const EventSink& sink,
                            const CancelToken& cancel, std::string& said) {
    const auto start = std::chrono::steady_clock::now();
    resetPeakMemory();
    const PreparedQuestion prepared = prepareQuestion(request, id, slot, sink, cancel);
    const LoadedModel& model = *slot;
    AnswerReport report;
    fillPrepared(report, prepared, model);

    const auto backend = makeAttentionBackend(request.attention, attentionTarget(model));
    KvCache cache =
        model.languageModel().makeCache(prepared.promptTokens() + request.generation.maxNewTokens);
    PrefillReport prefill;
    at::Tensor logits =
        model.languageModel().prefill({.ids = prepared.prompt.ids,
                                       .positions = prepared.positions,
                                       .visionFeatures = prepared.video.rows,
                                       .chunkTokens = 0,
                                       .progress =
                                           [&](std::int64_t done, std::int64_t total) {
                                               sink(Progress{id, Phase::kPrefill, done, total});
                                           },
                                       .cancel = cancel,
                                       .hook = {}},
                                      cache, *backend, prefill);
    fillPrefill(report, prefill, *backend);

    AnswerWriter writer(request, id, model, sink, said);
    report.stopReason =
        writer.write(std::move(logits), prepared.prompt, prepared.positions, cache, cancel);
    report.answer = said;
    report.answerTokens = writer.tokens();
    const std::chrono::duration<double> untilFirst = writer.firstToken() - start;
    report.firstTokenS = untilFirst.count() - report.loadS;
    report.tokensPerS = writer.tokensPerS();
    report.peakMemoryBytes = peakMemoryBytes();
    return report;
}

}  // namespace reelquery
