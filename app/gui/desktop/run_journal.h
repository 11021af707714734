#pragma once
// Writes into the log what happens in the window.

#include <QObject>
#include <QStringList>

#include "core/base/run_log.h"

namespace reelquery {

class ConversationStore;
class EngineBridge;
class MpvPlayer;
class NoticeBar;
class QuestionRunner;
class SettingsModel;
class VideoState;

/// The things whose events are written; all outlive the journal.
struct JournalParts {
    EngineBridge& bridge;
    ConversationStore& store;
    QuestionRunner& runner;
    VideoState& video;
    MpvPlayer& player;
    NoticeBar& notices;
    const SettingsModel& settings;
};

/// Names of files are left out unless the log is verbose; questions and answers always. Confined to
/// the GUI thread.
class RunJournal : public QObject {
    Q_OBJECT

  public:
    /// isVerbose: with names.
    RunJournal(JournalParts parts, bool isVerbose, QObject* parent);

    /// Paths that the window knows, for those who leave them out.
    QStringList names() const;

  private:
    void write(LogLevel level, const char* area, const QString& text) const;
    void followVideo();
    void followQuestions();

    const JournalParts parts_;
    const bool isVerbose_;
};

/// What Qt and the libraries below it complain about goes into the log, too. Thread: main, once.
void logQtMessages();

}  // namespace reelquery
