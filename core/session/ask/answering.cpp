#include "core/session/ask/answering.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/option_names.h"
#include "core/device/device.h"
#include "core/device/peak_memory.h"
#include "core/session/ask/after_answer.h"
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
    work.attention = attentionKey(request.attention);
    warm.measurements.add(report.device, report.dtype, speedOf(report, work));
}

}  // namespace

AnswerReport answerQuestion(const AskContext& ask, WarmState& warm, std::string& said) {
    const AskRequest& request = ask.question.asked;
    const CancelToken& cancel = ask.cancel;
    const PeakMemory peak(
        resolveDevice(request.model.device, request.model.dtype).target.cudaDevice);
    PreparedQuestion prepared = prepareQuestion(ask, warm);
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
                  model.languageModel(), capacity, cancel);
    // Own caches are no one's to find, but they are given back.
    warm.announce(prepared.question.plan.workBytes + (own ? own->cache().bytes() : 0));
    PreparedAnswer answer = answerPrepared({.request = request,
                                            .id = ask.request,
                                            .prepared = prepared,
                                            .model = model,
                                            .backend = *backend,
                                            .preparedS = secondsSince(ask.began) - prepared.loadS,
                                            .prefillEvents = ask.sink,
                                            .answerEvents = ask.sink,
                                            .session = session,
                                            .cancel = cancel},
                                           said);
    AnswerReport& report = answer.report;
    report.zoomedInto = request.sampling.within;
    afterTheAnswer(report, "the speed was not remembered",
                   [&] { rememberSpeed(report, request, warm); });
    if (request.wantEvidence) {
        const auto answered = Clock::now();
        afterTheAnswer(report, "no evidence", [&] {
            report.evidence = findEvidence(prepared, answer.ids, model, session.cache(), cancel);
        });
        report.evidenceS = secondsSince(answered);
    }
    afterTheAnswer(report, "the video features were not stored", [&] {
        std::string note;
        warm.features.store(note, cancel);
        if (!note.empty()) report.notes.push_back(std::move(note));
    });
    report.peakHostBytes = peak.hostBytes();
    report.peakDeviceBytes = peak.deviceBytes();
    return std::move(report);
}

}  // namespace reelquery
