#pragma once
// Every command of the window as a QAction: menus, buttons, keys and the key sheet share them.

#include <QKeySequence>
#include <QObject>
#include <vector>

class QAction;
class QWidget;

namespace reelquery {

class SettingsModel;

enum class ActionId {
    kOpen,
    kOpenFolder,
    kPaste,
    kExport,
    kExportMoments,
    kQuit,
    kAskFocus,
    kCompare,
    kLookCloser,
    kSubtitles,
    kMakeSubtitles,
    kStop,
    kNewConversation,
    kPlay,
    kBack10,
    kForward10,
    kBack5,
    kForward5,
    kBack1,
    kForward1,
    kBack60,
    kForward60,
    kPreviousFrame,
    kNextFrame,
    kStart,
    kEnd,
    kSlower,
    kFaster,
    kNormalSpeed,
    kMute,
    kLouder,
    kQuieter,
    kLoop,
    kAspect,
    kDeinterlace,
    kFullScreen,
    kSaveStill,
    kModelView,
    kVideoInfo,
    kShowConversation,
    kShowLedger,
    kShowLibrary,
    kRangeFrom,
    kRangeTo,
    kRangeClear,
    kPreviousMoment,
    kNextMoment,
    kFind,
    kFindNext,
    kFindPrevious,
    kSettings,
    kModels,
    kDevices,
    kStorage,
    kKeySheet,
    kDiagnostics,
    kShowLog,
    kAbout,
    kCount
};

enum class ActionGroup { kFile, kQuestion, kPlayback, kRange, kView, kHelp };

/// Confined to the GUI thread.
class WindowActions : public QObject {
    Q_OBJECT

  public:
    /// Adds the actions to the window, so that their keys work everywhere in it. Keys the user has
    /// changed are read from the settings.
    WindowActions(QWidget& window, SettingsModel& settings);

    QAction* at(ActionId id) const { return actions_[std::size_t(id)]; }

    /// In the order of the menus.
    const std::vector<QAction*>& all() const { return actions_; }

    ActionGroup group(const QAction& action) const;
    /// With the letter that opens its menu.
    static QString groupName(ActionGroup group);

    /// Gives an action other keys and remembers them; the same keys are taken from the action that
    /// had them. An empty list is a choice, too, but for Stop: it always has a key.
    void setKeys(QAction& action, const QList<QKeySequence>& keys);
    void resetKeys();

  Q_SIGNALS:
    void keysChanged();

  private:
    SettingsModel& settings_;
    std::vector<QAction*> actions_;
};

}  // namespace reelquery
