#pragma once
// What helps to report a fault: diagnostics, the folder of the log, a word after a crash.

#include <QObject>

#include "app/gui/desktop/diagnostics.h"

namespace reelquery {

class ModelScanner;
class MpvPlayer;
class NoticeBar;
class RunJournal;
class SettingsModel;
class VideoState;
class WindowActions;

/// What diagnostics are gathered from, and where is shown; all outlive it.
struct FaultParts {
    const WindowSetup& setup;
    const SettingsModel& settings;
    const ModelScanner& models;
    const VideoState& video;
    const MpvPlayer& player;
    const RunJournal& journal;
    NoticeBar& notices;
};

/// Answers the commands of the help menu. Confined to the GUI thread.
class FaultReports : public QObject {
    Q_OBJECT

  public:
    FaultReports(FaultParts parts, const WindowActions& actions, QWidget& window);

    /// A notice, where the program did not end by itself the last time.
    void sayCrash();

  private:
    DiagnosticFacts facts() const;
    void showDiagnostics();

    const FaultParts parts_;
    QWidget& window_;
};

}  // namespace reelquery
