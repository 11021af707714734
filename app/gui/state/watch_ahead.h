#pragma once
// Has the engine watch the video before anything is asked, so that an answer begins at once.

#include <QObject>
#include <functional>
#include <optional>

#include "core/session/session.h"

namespace reelquery {

class EngineBridge;
class PlanWatcher;
class QuestionRunner;
class SettingsModel;
class VideoState;

/// The things that watching ahead goes by; all outlive it.
struct AheadParts {
    EngineBridge& bridge;
    SettingsModel& settings;
    VideoState& video;
    QuestionRunner& runner;
    PlanWatcher& plans;
    /// What would be asked now; empty when nothing can be asked yet.
    std::function<std::optional<AskRequest>()> makeRequest;
    /// See isOnBattery().
    std::function<bool()> isOnBattery;
};

/// Begins when a plan says that the question fits, nothing is being answered, the machine is not on
/// battery and the settings allow it. The engine stops it for whatever else needs the model; a
/// question about the same video goes on from it. How far it came stands in VideoState. A failure
/// is no news: the question that meets it says so. Confined to the GUI thread.
class WatchAhead : public QObject {
    Q_OBJECT

  public:
    explicit WatchAhead(AheadParts parts, QObject* parent = nullptr);

  private:
    void consider(const Plan& plan);
    void stop();

    AheadParts parts_;
    RequestId request_ = 0;              ///< that runs; 0: none
    std::optional<AskRequest> watched_;  ///< what runs or is done
};

}  // namespace reelquery
