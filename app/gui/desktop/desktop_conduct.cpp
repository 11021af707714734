#include "app/gui/desktop/desktop_conduct.h"

#include <QWidget>
#include <utility>

#include "app/gui/compare/comparison_rows.h"
#include "app/gui/desktop/done_notice.h"
#include "app/gui/desktop/wake_lock.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/question_runner.h"
#include "app/gui/state/speech_maker.h"

namespace reelquery {

DesktopConduct::DesktopConduct(ConductParts parts, QWidget& window)
    : QObject(&window),
      parts_(parts),
      wake_(make<WakeLock>(this)),
      done_(make<DoneNotice>(parts.settings, this)),
      announcer_(make<Announcer>(window)) {
    followPlayer();
    followQuestions();
    followAnswers();
    connect(done_, &DoneNotice::windowWanted, this, &DesktopConduct::windowWanted);
    connect(&parts_.notices, &NoticeBar::said, this,
            [this](const QString& message, const QString& hint, bool isError) {
                announcer_->say(hint.isEmpty() ? message : message + QLatin1Char(' ') + hint,
                                isError ? Politeness::kAssertive : Politeness::kPolite);
            });
}

void DesktopConduct::followPlayer() {
    const auto update = [this] {
        wake_->setPlaying(parts_.player.isLoaded() && !parts_.player.isPaused());
    };
    connect(&parts_.player, &MpvPlayer::pausedChanged, this, update);
    connect(&parts_.player, &MpvPlayer::loaded, this, update);
    connect(&parts_.player, &MpvPlayer::unloaded, this, update);
}

void DesktopConduct::followQuestions() {
    const auto update = [this] {
        wake_->setWorking(parts_.runner.isBusy() || parts_.maker.isRunning());
    };
    connect(&parts_.runner, &QuestionRunner::busyChanged, this, update);
    for (const auto signal : {&SpeechMaker::started, &SpeechMaker::stopped})
        connect(&parts_.maker, signal, this, update);
    connect(&parts_.maker, &SpeechMaker::made, this, update);
    connect(&parts_.maker, &SpeechMaker::failed, this, update);
    connect(&parts_.runner, &QuestionRunner::started, this, [this] {
        since_[parts_.store.conversation().id].start();
        done_->withdraw();
        saidPhase_ = -1;
        sinceProgress_.start();
    });
    connect(&parts_.runner, &QuestionRunner::ended, this, [this](const QString& conversation) {
        const auto since = since_.extract(conversation);
        const Conversation* of = parts_.store.find(conversation);
        if (since.empty() || !of || of->exchanges.empty()) return;
        const Exchange& exchange = of->exchanges.back();
        if (exchange.comparison && parts_.store.isShown(conversation))
            announcer_->say(comparisonVerdict(*exchange.comparison));
        const AnswerStatus status = exchange.answers.back().status;
        if (status == AnswerStatus::kStopped) return;  // whoever stopped it is here
        done_->answered(exchange.question, since.mapped().elapsed(), status == AnswerStatus::kDone);
    });
    connect(&parts_.runner, &QuestionRunner::progressed, this, &DesktopConduct::sayProgress);
}

void DesktopConduct::sayProgress(const Progress& progress) {
    const bool isNew = int(progress.phase) > saidPhase_;
    const bool isDue = sinceProgress_.isValid() && sinceProgress_.elapsed() >= kProgressMs;
    if (!announcer_->isHeard() || progress.phase == Phase::kAnswer || (!isNew && !isDue)) return;
    if (!isNew && int(progress.phase) < saidPhase_) return;  // phases overlap
    QString text;
    switch (progress.phase) {
        case Phase::kLoad:
            text = tr("Loading the model");
            break;
        case Phase::kPrefill:
            text = tr("Reading the video");
            break;
        default:
            text = tr("Looking at the video");
    }
    // Decoding and encoding are one thing to who only hears of them.
    const bool isSame = saidPhase_ == int(Phase::kDecode) && progress.phase == Phase::kEncode;
    saidPhase_ = int(progress.phase);
    if (isSame && !isDue) return;
    sinceProgress_.start();
    if (!isNew && progress.total > 0)
        text = tr("%1, %2").arg(text, percentText(double(progress.done) / double(progress.total)));
    announcer_->say(text);
}

void DesktopConduct::followAnswers() {
    connect(&parts_.store, &ConversationStore::answerChanged, this, &DesktopConduct::sayAnswer);
    connect(&parts_.store, &ConversationStore::shown, this, [this] { saying_ = {-1, -1}; });
}

void DesktopConduct::sayAnswer(int exchange, int answer) {
    if (!announcer_->isHeard()) return;
    const Exchange& asked = parts_.store.at(exchange);
    const AnswerRecord& record = asked.answers[std::size_t(answer)];
    if (record.status == AnswerStatus::kWaiting) return;
    if (std::exchange(saying_, {exchange, answer}) != std::pair(exchange, answer)) cutter_ = {};
    if (record.status == AnswerStatus::kFailed)
        return announcer_->say(record.errorMessage, Politeness::kAssertive);
    QString text = cutter_.next(record.text, record.isOver());
    if (record.status == AnswerStatus::kStopped) text += QLatin1Char(' ') + tr("Stopped.");
    if (asked.isComparison() && !text.isEmpty() && !record.isCloserLook())
        text = (answer == 0 ? tr("Dense: %1") : tr("Sparse: %1")).arg(text);
    announcer_->say(text.trimmed());
}

}  // namespace reelquery
