#include "core/session/ask/answering.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "core/device/host_memory.h"
#include "core/session/ask/auto_attention.h"
#include "core/session/ask/evidence_pass.h"
#include "core/session/ask/prepared_answer.h"

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Keeps the rates of an answer for later forecasts.
void rememberSpeed(const AnswerReport& report, const AskRequest& request, WarmState& warm) {
    Workload work =
        workloadOf(warm.model().config(), report.frames, report.videoTokens, report.promptTokens);
    work.sampling = report.samplingUsed;
    work.attention = attentionKey(request.attention.kind);
    warm.measurements.add(report.device, report.dtype, speedOf(report, work));
}

}  // namespace

AnswerReport answerQuestion(const AskRequest& request, RequestId id, WarmState& warm,
                            const EventSink& sink, const CancelToken& cancel, std::string& said) {
    const auto start = Clock::now();
    resetPeakMemory();
    PreparedQuestion prepared = prepareQuestion(request, id, warm, sink, cancel);
    const LoadedModel& model = warm.model();
    const auto loaded = Clock::now();
    const auto backend =
        warmBackend(prepared.question.attention, prepared.questionTokens(), warm, cancel);
    prepared.loadS += secondsSince(loaded);  // what auto mode measures first counts as loading
    const std::int64_t capacity = prepared.cacheTokens(request);
    std::optional<DecodeSession> own;  // of a question that leaves nothing behind
    if (!request.mayReuse) {
        warm.makeRoomFor(prepared.question.plan);
        own.emplace(model.languageModel().makeSession(capacity));
    }
    DecodeSession& session =
        own ? *own
            : warm.prefix.open(
                  prefixOrigin(prepared.prompt, prepared.positions, prepared.featureKey,
                               request.attention, backend->name()),
                  model.languageModel(), capacity);
    PreparedAnswer answer = answerPrepared({.request = request,
                                            .id = id,
                                            .prepared = prepared,
                                            .model = model,
                                            .backend = *backend,
                                            .preparedS = secondsSince(start) - prepared.loadS,
                                            .prefillEvents = sink,
                                            .answerEvents = sink,
                                            .session = session,
                                            .cancel = cancel},
                                           said);
    AnswerReport& report = answer.report;
    report.zoomedInto = request.sampling.within;
    rememberSpeed(report, request, warm);
    if (request.wantEvidence) {
        const auto answered = Clock::now();
        report.evidence = findEvidence(prepared, answer.ids, model, session.cache(), cancel);
        report.evidenceS = secondsSince(answered);
    }
    return std::move(report);
}

}  // namespace reelquery
