#include "app/gui/state/question_runner.h"

#include <algorithm>
#include <utility>

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
    followFrames();
    followAnswer();
    followComparison();
    followEnds();
    followStore();
}

QuestionRunner::~QuestionRunner() = default;

const QuestionRunner::Running* QuestionRunner::shown() const {
    const auto found = std::find_if(
        running_.begin(), running_.end(),
        [this](const Running& running) { return store_.isShown(running.conversation); });
    return found == running_.end() ? nullptr : &*found;
}

QuestionRunner::Running* QuestionRunner::find(RequestId request) {
    const auto found =
        std::find_if(running_.begin(), running_.end(),
                     [request](const Running& running) { return running.request == request; });
    return found == running_.end() ? nullptr : &*found;
}

bool QuestionRunner::isRunning() const {
    return shown() != nullptr;
}

bool QuestionRunner::isRunning(const QString& conversation) const {
    return std::any_of(running_.begin(), running_.end(), [&](const Running& running) {
        return running.conversation == conversation;
    });
}

SeenFrames& QuestionRunner::framesOf(const Running& running) {
    return running.frames ? *running.frames : video_.frames();
}

void QuestionRunner::change(const Running& running, int which,
                            const std::function<void(AnswerRecord&)>& apply) {
    store_.change(running.conversation, running.exchange, which, apply);
}

void QuestionRunner::followStore() {
    // An answer grows where it was asked for, on screen or not. What the model saw of another video
    // must not stand beside the one that is shown.
    connect(&store_, &ConversationStore::aboutToShow, this, [this] {
        for (Running& running : running_) {
            if (running.frames || !store_.isShown(running.conversation)) continue;
            running.frames = std::make_unique<SeenFrames>();
            running.frames->takeFrom(video_.frames());
        }
    });
    connect(&store_, &ConversationStore::shown, this, [this] {
        giveFramesBack();
        Q_EMIT runningChanged(isRunning());
    });
    connect(&store_, &ConversationStore::becameCopy, this,
            [this](const QString& before, const QString& id) {
                for (Running& running : running_) {
                    if (running.conversation == before) running.conversation = id;
                }
            });
    connect(&video_, &VideoState::opened, this, &QuestionRunner::giveFramesBack);
}

void QuestionRunner::giveFramesBack() {
    if (video_.path() != store_.conversation().videoPath) return;
    for (Running& running : running_) {
        if (!running.frames || !store_.isShown(running.conversation)) continue;
        video_.frames().takeFrom(*running.frames);
        running.frames.reset();
    }
}

void QuestionRunner::followFrames() {
    connect(&bridge_, &EngineBridge::frameSeen, this, [this](const FrameSeen& frame) {
        if (const Running* running = find(frame.request)) framesOf(*running).add(frame);
    });
    connect(&bridge_, &EngineBridge::progressed, this, [this](const Progress& event) {
        const Running* running = find(event.request);
        if (!running) return;
        const auto* conversation = store_.find(running->conversation);
        if (conversation && running->answers == 1) {
            const auto& asked = conversation->exchanges[std::size_t(running->exchange)];
            if (asked.answers[std::size_t(running->answer)].status == AnswerStatus::kWaiting) {
                change(*running, running->answer,
                       [](AnswerRecord& answer) { answer.status = AnswerStatus::kRunning; });
            }
        }
        if (shown() == running) Q_EMIT progressed(event);
    });
    connect(&bridge_, &EngineBridge::scannedTo, this, [this](const ScannedTo& event) {
        const Running* running = find(event.request);
        if (running && shown() == running) Q_EMIT scannedTo(event);
    });
}

void QuestionRunner::followAnswer() {
    connect(&bridge_, &EngineBridge::answerGrew, this, [this](RequestId id, const QString& text) {
        const Running* running = find(id);
        if (!running) return;
        change(*running, running->answer, [&text](AnswerRecord& answer) {
            answer.status = AnswerStatus::kRunning;
            answer.text += text;
        });
    });
    connect(&bridge_, &EngineBridge::answerDone, this, [this](const AnswerDone& event) {
        if (const Running* running = find(event.request))
            framesOf(*running).keepOnly(event.report.frameTimesS);
        end(event.request,
            [&event](int, AnswerRecord& answer) { takeReport(answer, event.report); });
    });
}

void QuestionRunner::followComparison() {
    connect(&bridge_, &EngineBridge::comparisonStepped, this, [this](const ComparisonStep& step) {
        const Running* running = find(step.request);
        if (!running) return;
        for (int which = 0; which < 2; ++which) {
            const bool isNow = (which == 1) == step.isSparse;
            const std::string& said = which == 1 ? step.sparseAnswer : step.denseAnswer;
            change(*running, which, [isNow, &said](AnswerRecord& answer) {
                answer.status = isNow ? AnswerStatus::kRunning : AnswerStatus::kWaiting;
                if (!said.empty()) answer.text = toQString(said);
            });
        }
        if (shown() == running) Q_EMIT stepped(step);
    });
    connect(&bridge_, &EngineBridge::comparisonDone, this, [this](const ComparisonDone& event) {
        if (const Running* running = find(event.request)) {
            framesOf(*running).keepOnly(event.report.dense.report.frameTimesS);
            store_.setComparison(running->conversation, running->exchange, event.report);
        }
        end(event.request, [&event](int which, AnswerRecord& answer) {
            takeReport(answer, which == 0 ? event.report.dense.report : event.report.sparse.report);
        });
    });
}

void QuestionRunner::followEnds() {
    connect(&bridge_, &EngineBridge::failed, this, [this](const Failed& event) {
        end(event.request, [&event](int, AnswerRecord& answer) {
            answer.status = AnswerStatus::kFailed;
            if (!event.partialAnswer.empty()) answer.text = toQString(event.partialAnswer);
            answer.errorMessage = toQString(event.message);
            answer.errorHint = toQString(event.hint);
        });
    });
    connect(&bridge_, &EngineBridge::cancelled, this, [this](const Cancelled& event) {
        end(event.request, [&event](int, AnswerRecord& answer) {
            answer.status = AnswerStatus::kStopped;
            if (!event.partialAnswer.empty()) answer.text = toQString(event.partialAnswer);
        });
    });
}

void QuestionRunner::end(RequestId request,
                         const std::function<void(int which, AnswerRecord&)>& apply) {
    const Running* found = find(request);
    if (!found) return;
    for (int which = found->answer; which < found->answer + found->answers; ++which) {
        change(*found, which, [&](AnswerRecord& answer) { apply(which, answer); });
        Q_EMIT answered(found->conversation, found->exchange, which, framesOf(*found));
    }
    const QString conversation = found->conversation;
    const int exchange = found->exchange;
    const bool isShown = shown() == found;
    std::erase_if(running_, [request](const Running& each) { return each.request == request; });
    if (isShown) {
        Q_EMIT runningChanged(false);
        Q_EMIT finished(exchange);
    }
    Q_EMIT busyChanged();
    Q_EMIT ended(conversation);
}

std::optional<Draft> QuestionRunner::draft(const QString& question, int turns) const {
    const Conversation& conversation = store_.conversation();
    // The one rule that keeps an answer from being about another video than its conversation.
    if (video_.path().isEmpty() || video_.path() != conversation.videoPath) return {};
    const AskSettings& settings = settings_.ask();
    Draft draft{conversation.id, {}, toJson(settings)};
    AskRequest& request = draft.request;
    request.video = toPath(conversation.videoPath);
    request.question = question.trimmed().toStdString();
    const int end = turns < 0 ? store_.count() : std::min(turns, store_.count());
    for (int at = 0; at < end; ++at) {
        const Exchange& exchange = store_.at(at);
        const AnswerRecord* answer = exchange.finished();
        if (!answer) continue;
        request.history.push_back({exchange.question.toStdString(), answer->text.toStdString()});
    }
    request.systemPrompt = settings.systemPrompt;
    request.model = settings.model;
    request.sampling = settings.sampling;
    request.videoTrack = settings.videoTrack;
    request.decode = settings.decode;
    request.sampling.fromS = video_.rangeFromS();
    request.sampling.toS = video_.rangeToS();
    if (hasSubtitles(video_, settings)) request.subtitles = settings.subtitles;
    if (settings.heardFirst) request.speech.use = SpeechUse::kKeptFirst;
    request.attention = settings.attention;
    request.generation = settings.generation;
    request.wantFrames = true;
    request.wantEvidence = settings.wantEvidence;
    return draft;
}

void QuestionRunner::ask(const QString& question, int insteadOf) {
    const auto draft = start(question, {settings_.ask().attention.kind}, insteadOf);
    if (!draft) return;
    run(*draft, store_.count() - 1, 0, 1, bridge_.ask(draft->request));
}

void QuestionRunner::compare(const QString& question, int insteadOf) {
    const auto draft = start(question, {AttentionKind::kDense, AttentionKind::kSparse}, insteadOf);
    if (!draft) return;
    CompareRequest both{draft->request, settings_.ask().comparisonRounds};
    both.ask.attention.kind = AttentionKind::kSparse;
    run(*draft, store_.count() - 1, 0, 2, bridge_.compare(std::move(both)));
}

void QuestionRunner::askAgain(int exchange) {
    if (exchange >= store_.count()) return;
    const QString question = store_.at(exchange).question;
    const auto next = draft(question, exchange);
    if (next && !mayGo(next->request, [this, exchange] { askAgain(exchange); })) return;
    if (store_.at(exchange).isComparison()) {
        compare(question, exchange);
    } else {
        ask(question, exchange);
    }
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
    const auto whole = draft(asked.question, exchange);
    if (whole && !mayGo(whole->request, [=, this] { lookCloser(exchange, looksAt); })) return;
    auto closer = whole ? zoomedRequest(whole->request, *first.report) : std::nullopt;
    if (!closer) return;
    if (asked.isComparison()) closer->attention.kind = first.attention;
    AnswerRecord answer;
    answer.attention = closer->attention.kind;
    answer.within = closer->sampling.within;
    answer.looksAt = looksAt;
    store_.setSettings(whole->conversation, whole->settings);
    const int place = store_.setCloserLook(whole->conversation, exchange, std::move(answer));
    run(*whole, exchange, place, 1, bridge_.ask(*std::move(closer)));
}

void QuestionRunner::stop() {
    if (const Running* running = shown()) bridge_.cancel(running->request);
}

void QuestionRunner::stop(const QString& conversation) {
    for (const Running& running : running_) {
        if (running.conversation == conversation) bridge_.cancel(running.request);
    }
}

void QuestionRunner::stopAll() {
    for (const Running& running : running_) bridge_.cancel(running.request);
}

bool QuestionRunner::canStart() const {
    return !isRunning() && draft({}).has_value();
}

std::optional<Draft> QuestionRunner::start(const QString& question,
                                           const std::vector<AttentionKind>& kinds, int insteadOf) {
    if (isRunning() || question.trimmed().isEmpty()) return {};
    auto made = draft(question, insteadOf);
    if (!made) return {};
    Exchange exchange{question.trimmed(), {}, {}};
    for (const AttentionKind kind : kinds) {
        exchange.answers.emplace_back();
        exchange.answers.back().attention = kind;
    }
    store_.setSettings(made->conversation, made->settings);
    if (insteadOf >= 0) store_.startVersion(made->conversation, insteadOf);
    store_.append(made->conversation, std::move(exchange));
    return made;
}

void QuestionRunner::run(const Draft& draft, int exchange, int answer, int answers,
                         RequestId request) {
    const bool isFirst = !isBusy();
    running_.push_back({draft.conversation, exchange, answer, answers, request, {}});
    if (isFirst && answers == 1) {
        change(running_.back(), answer,
               [](AnswerRecord& record) { record.status = AnswerStatus::kRunning; });
    }
    Q_EMIT runningChanged(true);
    Q_EMIT busyChanged();
    Q_EMIT started(exchange);
}

}  // namespace reelquery
