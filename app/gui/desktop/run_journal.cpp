#include "app/gui/desktop/run_journal.h"

#include <QtGlobal>
#include <atomic>

#include "app/gui/desktop/names_removed.h"
#include "app/gui/engine/engine_bridge.h"
#include "app/gui/look/format.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/question_runner.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"

namespace reelquery {

namespace {

std::atomic<QtMessageHandler> handlerBefore = nullptr;

void takeQtMessage(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    const bool isBad = type == QtCriticalMsg || type == QtFatalMsg;
    if (type == QtWarningMsg || isBad) {
        // Whose names may stand in it is not known here.
        writeLog(isBad ? LogLevel::kError : LogLevel::kWarning, "qt",
                 withoutNames(message, {}).toStdString());
    }
    if (const QtMessageHandler before = handlerBefore) before(type, context, message);
}

}  // namespace

void logQtMessages() {
    handlerBefore = qInstallMessageHandler(takeQtMessage);
}

RunJournal::RunJournal(JournalParts parts, bool isVerbose, QObject* parent)
    : QObject(parent), parts_(parts), isVerbose_(isVerbose) {
    followVideo();
    followQuestions();
    connect(&parts_.notices, &NoticeBar::said, this,
            [this](const QString& message, const QString& hint, bool isError) {
                if (isError) write(LogLevel::kError, "window", message + QLatin1Char(' ') + hint);
            });
}

QStringList RunJournal::names() const {
    QStringList names = parts_.settings.recentVideos() + parts_.settings.givenVideos() +
                        parts_.settings.modelFolders();
    names << parts_.video.path() << parts_.video.wantedPath()
          << parts_.store.conversation().videoPath;
    const AskSettings& ask = parts_.settings.ask();
    if (!ask.model.folder.empty()) names << toQString(ask.model.folder);
    if (!ask.subtitles.file.empty()) names << toQString(ask.subtitles.file);
    for (const Exchange& exchange : parts_.store.conversation().exchanges)
        names << exchange.question;
    return names;
}

void RunJournal::write(LogLevel level, const char* area, const QString& text) const {
    writeLog(level, area, (isVerbose_ ? text : withoutNames(text, names())).toStdString());
}

void RunJournal::followVideo() {
    connect(&parts_.video, &VideoState::opened, this, [this](const VideoSummary& video) {
        write(LogLevel::kInfo, "video",
              QStringLiteral("opened %1 x %2, %3, %4 s, %5 frames a second%6")
                  .arg(video.width)
                  .arg(video.height)
                  .arg(toQString(video.codec))
                  .arg(video.durationS, 0, 'f', 2)
                  .arg(video.averageFps, 0, 'f', 3)
                  .arg(isVerbose_ ? QStringLiteral(", ") + pathText(toQString(video.path))
                                  : QString()));
    });
    connect(&parts_.video, &VideoState::failed, this,
            [this](const QString& message) { write(LogLevel::kWarning, "video", message); });
    connect(&parts_.player, &MpvPlayer::failed, this,
            [this](const QString& message) { write(LogLevel::kError, "player", message); });
}

void RunJournal::followQuestions() {
    connect(&parts_.bridge, &EngineBridge::failed, this, [this](const Failed& event) {
        write(event.code == ErrorCode::kCancelled ? LogLevel::kDetail : LogLevel::kError, "engine",
              toQString(event.message));
    });
    connect(&parts_.bridge, &EngineBridge::modelReady, this,
            [this] { write(LogLevel::kInfo, "engine", QStringLiteral("the model is loaded")); });
    connect(&parts_.runner, &QuestionRunner::started, this,
            [this] { write(LogLevel::kInfo, "question", QStringLiteral("asked")); });
    connect(&parts_.runner, &QuestionRunner::ended, this, [this](const QString& conversation) {
        const Conversation* of = parts_.store.find(conversation);
        if (!of || of->exchanges.empty()) return;
        const AnswerRecord& last = of->exchanges.back().answers.back();
        const char* how = last.status == AnswerStatus::kDone      ? "answered"
                          : last.status == AnswerStatus::kStopped ? "stopped"
                                                                  : "failed";
        write(LogLevel::kInfo, "question", QLatin1String(how));
    });
}

}  // namespace reelquery
