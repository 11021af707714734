#pragma once
// Whether other programs may ask, and who did: opens the door, closes it, opens it anew when what
// was wanted changes. What is being answered then is finished first; only switching it off and the
// window's end break it off.

#include <QDateTime>
#include <QObject>
#include <QStringList>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "app/gui/program_door.h"

namespace reelquery {

class SettingsModel;

/// What came since the door was opened.
struct DoorVisits {
    int questions = 0, refused = 0;
    QString lastProgram;  ///< that asked; may be empty
    QDateTime lastTime;
    QString lastFailure;  ///< of the model or its device at a question: a sentence, or empty
};

/// Off until the user says otherwise, then kept in the settings. Confined to the GUI thread.
class DoorKeeper : public QObject {
    Q_OBJECT

  public:
    enum class State {
        kClosed,
        kNoModel,  ///< wanted, but nothing on this machine answers
        kOpening,
        kOpen,
        kFinishing,  ///< something else is wanted, but asking() are answered first
        kClosing,
        kFailed  ///< see problem()
    };

    static constexpr int kUsualPort = 8765;

    DoorKeeper(ProgramDoor door, SettingsModel& settings, QObject* parent = nullptr);
    /// Closes the door; what is being answered there is stopped (at most 0.7 s).
    ~DoorKeeper() override;

    /// Whether there is a door at all.
    bool hasDoor() const { return bool(door_.serve); }

    bool isWanted() const;
    int port() const;
    QStringList folders() const;

    void setWanted(bool isWanted);
    void setPort(int port);
    void addFolder(const QString& folder);
    void removeFolder(const QString& folder);

    State state() const { return state_; }

    /// Set while the door is open.
    const std::optional<OpenDoor>& opened() const { return opened_; }

    /// A sentence; set where it failed.
    const QString& problem() const { return problem_; }

    const DoorVisits& visits() const { return visits_; }

    /// The programs whose question is being answered (the first) or waits, as they call themselves;
    /// names may be empty.
    const QStringList& asking() const { return asking_; }

  Q_SIGNALS:
    /// State, wish, visits or who asks.
    void changed();

  private:
    std::optional<DoorWish> wish() const;
    void setFolders(const QStringList& folders);
    /// Makes what is there into what is wanted.
    void apply();
    void open();
    void end(const QString& problem);
    void count(const DoorCall& call);
    void setAsking(const std::vector<std::string>& programs);
    void setState(State state);

    const ProgramDoor door_;
    SettingsModel& settings_;
    State state_ = State::kClosed;
    std::optional<DoorWish> tried_;  ///< what the thread serves, or what failed
    std::optional<OpenDoor> opened_;
    QString problem_;
    DoorVisits visits_;
    QStringList asking_;
    std::atomic<DoorCourse> course_ = DoorCourse::kShut;
    std::thread thread_;  // joinable while a door is open or closing
};

}  // namespace reelquery
