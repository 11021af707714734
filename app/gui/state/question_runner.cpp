#include "app/gui/state/question_runner.h"

#include "app/gui/engine/engine_bridge.h"
#include "app/gui/look/format.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"
#include "core/session/ask/zoom.h"

namespace reelquery {

namespace {

void takeReport(AnswerRecord& answer, const AnswerReport& report) {
    answer.status = AnswerStatus::kDone;
    answer.text = toQString(report.answer);
    answer.report = report;
}

bool hasSubtitles(const VideoState& video, const AskSettings& settings) {
    return !settings.subtitles.file.empty() ||
           (video.summary() && !video.summary()->subtitles.empty());
}

}  // namespace

QuestionRunner::QuestionRunner(EngineBridge& bridge, ConversationStore& store,
                               SettingsModel& settings, VideoState& video, QObject* parent)
    : QObject(parent), bridge_(bridge), store_(store), settings_(settings), video_(video) {
    connect(&bridge, &EngineBridge::progressed, this, [this](const Progress& event) {
        if (isMine(event.request)) Q_EMIT progressed(event);
    });
    followAnswer();
    followComparison();
    followEnds();
    // An answer must not grow into another conversation.
    connect(&store, &ConversationStore::aboutToShow, this, [this] {
        if (!running_) return;
        bridge_.cancel(running_->request);
        running_.reset();
        Q_EMIT runningChanged(false);
    });
}

void QuestionRunner::followAnswer() {
    connect(&bridge_, &EngineBridge::answerGrew, this, [this](RequestId id, const QString& text) {
        if (!isMine(id)) return;
        store_.change(running_->exchange, running_->answer,
                      [&text](AnswerRecord& answer) { answer.text += text; });
    });
    connect(&bridge_, &EngineBridge::answerDone, this, [this](const AnswerDone& event) {
        if (!isMine(event.request)) return;
        video_.frames().keepOnly(event.report.frameTimesS);
        store_.change(running_->exchange, running_->answer,
                      [&event](AnswerRecord& answer) { takeReport(answer, event.report); });
        finish();
    });
}

void QuestionRunner::followComparison() {
    connect(&bridge_, &EngineBridge::comparisonStepped, this, [this](const ComparisonStep& step) {
        if (!isMine(step.request)) return;
        for (int which = 0; which < 2; ++which) {
            const bool isNow = (which == 1) == step.isSparse;
            store_.change(running_->exchange, which, [isNow](AnswerRecord& answer) {
                answer.status = isNow ? AnswerStatus::kRunning : AnswerStatus::kWaiting;
            });
        }
        Q_EMIT stepped(step);
    });
    connect(&bridge_, &EngineBridge::comparisonDone, this, [this](const ComparisonDone& event) {
        if (!isMine(event.request)) return;
        video_.frames().keepOnly(event.report.dense.report.frameTimesS);
        store_.setComparison(running_->exchange, event.report);
        store_.change(running_->exchange, 0, [&event](AnswerRecord& answer) {
            takeReport(answer, event.report.dense.report);
        });
        store_.change(running_->exchange, 1, [&event](AnswerRecord& answer) {
            takeReport(answer, event.report.sparse.report);
        });
        finish();
    });
}

void QuestionRunner::followEnds() {
    connect(&bridge_, &EngineBridge::failed, this, [this](const Failed& event) {
        if (!isMine(event.request)) return;
        endAll([&event](AnswerRecord& answer) {
            answer.status = AnswerStatus::kFailed;
            answer.text = toQString(event.partialAnswer);
            answer.errorMessage = toQString(event.message);
            answer.errorHint = toQString(event.hint);
        });
    });
    connect(&bridge_, &EngineBridge::cancelled, this, [this](const Cancelled& event) {
        if (!isMine(event.request)) return;
        endAll([&event](AnswerRecord& answer) {
            answer.status = AnswerStatus::kStopped;
            answer.text = toQString(event.partialAnswer);
        });
    });
}

AskRequest QuestionRunner::request(const QString& question) const {
    return request(question, store_.count());
}

AskRequest QuestionRunner::request(const QString& question, int turns) const {
    const AskSettings& settings = settings_.ask();
    AskRequest request;
    request.video = toPath(video_.path());
    request.question = question.toStdString();
    for (int at = 0; at < turns; ++at) {
        const Exchange& exchange = store_.at(at);
        const AnswerRecord* answer = exchange.finished();
        if (!answer) continue;
        request.history.push_back({exchange.question.toStdString(), answer->text.toStdString()});
    }
    request.systemPrompt = settings.systemPrompt;
    request.model = settings.model;
    request.sampling = settings.sampling;
    request.sampling.fromS = video_.rangeFromS();
    request.sampling.toS = video_.rangeToS();
    if (hasSubtitles(video_, settings)) request.subtitles = settings.subtitles;
    request.attention = settings.attention;
    request.generation = settings.generation;
    request.wantFrames = true;
    request.wantEvidence = settings.wantEvidence;
    return request;
}

void QuestionRunner::ask(const QString& question) {
    if (!start(question, {settings_.ask().attention.kind})) return;
    running_->request = bridge_.ask(request(question.trimmed()));
    store_.change(running_->exchange, 0,
                  [](AnswerRecord& answer) { answer.status = AnswerStatus::kRunning; });
    Q_EMIT started(running_->exchange);
}

void QuestionRunner::compare(const QString& question) {
    if (!start(question, {AttentionKind::kDense, AttentionKind::kSparse})) return;
    CompareRequest both{request(question.trimmed()), settings_.ask().comparisonRounds};
    both.ask.attention.kind = AttentionKind::kSparse;
    running_->request = bridge_.compare(std::move(both));
    Q_EMIT started(running_->exchange);
}

void QuestionRunner::askAgain(int exchange) {
    if (running_ || exchange >= store_.count()) return;
    const QString question = store_.at(exchange).question;
    const bool isComparison = store_.at(exchange).isComparison();
    store_.truncate(exchange);
    isComparison ? compare(question) : ask(question);
}

bool QuestionRunner::canLookCloser(int exchange, int answer) const {
    return canStart() && exchange >= 0 && exchange < store_.count() &&
           answer < int(store_.at(exchange).answers.size()) &&
           store_.at(exchange).wantsCloserLook(answer);
}

void QuestionRunner::lookCloser(int exchange, int looksAt) {
    if (!canLookCloser(exchange, looksAt)) return;
    const Exchange& asked = store_.at(exchange);
    const AnswerRecord& first = asked.answers[std::size_t(looksAt)];
    auto closer = zoomedRequest(request(asked.question, exchange), *first.report);
    if (!closer) return;
    if (asked.isComparison()) closer->attention.kind = first.attention;
    AnswerRecord answer;
    answer.status = AnswerStatus::kRunning;
    answer.attention = closer->attention.kind;
    answer.within = closer->sampling.within;
    answer.looksAt = looksAt;
    store_.setSettings(toJson(settings_.ask()));
    const int place = store_.setCloserLook(exchange, std::move(answer));
    run({exchange, place, 1, bridge_.ask(std::move(*closer))});
    Q_EMIT started(exchange);
}

void QuestionRunner::stop() {
    if (running_) bridge_.cancel(running_->request);
}

bool QuestionRunner::start(const QString& question, const std::vector<AttentionKind>& kinds) {
    if (!canStart() || question.trimmed().isEmpty()) return false;
    Exchange exchange{question.trimmed(), {}, {}};
    for (const AttentionKind kind : kinds) {
        exchange.answers.emplace_back();
        exchange.answers.back().attention = kind;
    }
    store_.setSettings(toJson(settings_.ask()));
    // The new exchange is no history of its own: only finished answers are.
    run({store_.append(std::move(exchange)), 0, int(kinds.size()), 0});
    return true;
}

bool QuestionRunner::canStart() const {
    return !running_ && !video_.path().isEmpty();
}

void QuestionRunner::run(Running running) {
    running_ = running;
    Q_EMIT runningChanged(true);
}

void QuestionRunner::endAll(const std::function<void(AnswerRecord&)>& apply) {
    const int end = running_->answer + running_->answers;
    for (int which = running_->answer; which < end; ++which)
        store_.change(running_->exchange, which, apply);
    finish();
}

void QuestionRunner::finish() {
    const int exchange = running_->exchange;
    running_.reset();
    Q_EMIT runningChanged(false);
    Q_EMIT finished(exchange);
}

}  // namespace reelquery
