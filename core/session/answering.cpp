#include "core/session/answering.h"

#include <chrono>
#include <utility>

#include "core/attention/backend_factory.h"
#include "core/session/attention_report.h"
#include "core/session/memory.h"
#include "core/session/prepared_answer.h"

namespace reelquery {

AnswerReport answerQuestion(const AskRequest& request, RequestId id,
                            std::unique_ptr<LoadedModel>& slot, const EventSink& sink,
                            const CancelToken& cancel, std::string& said) {
    const auto start = std::chrono::steady_clock::now();
    resetPeakMemory();
    const PreparedQuestion prepared = prepareQuestion(request, id, slot, sink, cancel);
    const auto backend = makeAttentionBackend(request.attention, attentionTarget(*slot));
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    return answerPrepared({.request = request,
                           .id = id,
                           .prepared = prepared,
                           .model = *slot,
                           .backend = *backend,
                           .preparedS = spent.count() - prepared.loadS,
                           .prefillEvents = sink,
                           .answerEvents = sink,
                           .cancel = cancel},
                          said)
        .report;
}

}  // namespace reelquery
