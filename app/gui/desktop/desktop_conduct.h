#pragma once
// How the window behaves in a desktop: what it keeps awake, what it says where nobody looks.

#include <QElapsedTimer>
#include <QObject>
#include <map>

#include "app/gui/desktop/announcer.h"
#include "core/session/events.h"

class QWidget;

namespace reelquery {

class ConversationStore;
class DoneNotice;
class MpvPlayer;
class NoticeBar;
class QuestionRunner;
class SettingsModel;
class SpeechMaker;
class WakeLock;

/// The things it follows; all outlive it.
struct ConductParts {
    ConversationStore& store;
    QuestionRunner& runner;
    MpvPlayer& player;
    SpeechMaker& maker;
    NoticeBar& notices;
    const SettingsModel& settings;
};

/// Confined to the GUI thread.
class DesktopConduct : public QObject {
    Q_OBJECT

  public:
    DesktopConduct(ConductParts parts, QWidget& window);

    Announcer& announcer() { return *announcer_; }

  Q_SIGNALS:
    /// Somebody clicked on what the desktop showed of an answer.
    void windowWanted();

  private:
    void followPlayer();
    void followQuestions();
    void followAnswers();
    void sayProgress(const Progress& progress);
    void sayAnswer(int exchange, int answer);

    const ConductParts parts_;
    WakeLock* wake_;
    DoneNotice* done_;
    Announcer* announcer_;
    std::map<QString, QElapsedTimer> since_;  ///< the question of each conversation that runs
    SentenceCutter cutter_;
    std::pair<int, int> saying_{-1, -1};  ///< exchange and answer
    int saidPhase_ = -1;
    QElapsedTimer sinceProgress_;
};

}  // namespace reelquery
