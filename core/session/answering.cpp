#include "core/session/answering.h"

#include <chrono>
#include <optional>
#include <utility>

#include "core/attention/backend_factory.h"
#include "core/session/attention_report.h"
#include "core/session/memory.h"
#include "core/session/prepared_answer.h"

namespace reelquery {

AnswerReport answerQuestion(const AskRequest& request, RequestId id, WarmState& warm,
                            const EventSink& sink, const CancelToken& cancel, std::string& said) {
    const auto start = std::chrono::steady_clock::now();
    resetPeakMemory();
    const PreparedQuestion prepared = prepareQuestion(request, id, warm, sink, cancel);
    const LoadedModel& model = warm.model();
    const auto backend = makeAttentionBackend(request.attention, attentionTarget(model));
    const std::int64_t capacity = prepared.cacheTokens(request);
    std::optional<KvCache> own;  // of a question that leaves nothing behind
    if (!request.mayReuse) {
        warm.makeRoomFor(prepared.question.plan);
        own.emplace(model.languageModel().makeCache(capacity));
    }
    KvCache& cache = own ? *own
                         : warm.prefix.open(prefixOrigin(prepared.prompt, prepared.positions,
                                                         prepared.featureKey, request.attention,
                                                         backend->name()),
                                            model.languageModel(), capacity);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    return answerPrepared({.request = request,
                           .id = id,
                           .prepared = prepared,
                           .model = model,
                           .backend = *backend,
                           .preparedS = spent.count() - prepared.loadS,
                           .prefillEvents = sink,
                           .answerEvents = sink,
                           .cache = cache,
                           .cancel = cancel},
                          said)
        .report;
}

}  // namespace reelquery
