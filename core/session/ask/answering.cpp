#include "core/session/ask/answering.h"

#include <chrono>
#include <utility>

#include "core/base/option_names.h"
#include "core/device/device.h"
#include "core/device/peak_memory.h"
#include "core/session/ask/after_answer.h"
#include "core/session/ask/evidence_pass.h"
#include "core/session/ask/prepared_answer.h"
#include "core/session/ask/reading_along.h"

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
    ReadingAlong along(ask, warm);
    PreparedQuestion prepared = prepareQuestion(ask, warm, &along);
    const LoadedModel& model = warm.model();
    along.settle(prepared);
    prepared.loadS += along.loadS();
    DecodeSession& session = along.session();
    PreparedAnswer answer = answerPrepared({.request = request,
                                            .id = ask.request,
                                            .prepared = prepared,
                                            .model = model,
                                            .backend = along.backend(),
                                            .preparedS = secondsSince(ask.began) - prepared.loadS,
                                            .prefillEvents = ask.sink,
                                            .answerEvents = ask.sink,
                                            .session = session,
                                            .cancel = cancel,
                                            .reading = along.reading()},
                                           said);
    AnswerReport& report = answer.report;
    report.zoomedInto = request.sampling.within;
    const bool hasFrames = !prepared.video->frameTimesS.empty();
    if (hasFrames) {
        afterTheAnswer(report, "the speed was not remembered",
                       [&] { rememberSpeed(report, request, warm); });
    }
    if (request.wantEvidence && hasFrames) {
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
