#include "app/gui/window/window_actions.h"

#include <QAction>
#include <QApplication>
#include <QWidget>
#include <algorithm>

#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

struct Row {
    ActionId id;
    ActionGroup group;
    const char* name;  ///< in the settings
    const char* text;
    const char* icon;
    const char* keys;  ///< portable, separated by " ; "
};

using enum ActionId;
using enum ActionGroup;

constexpr Row kRows[] = {
    {kOpen, kFile, "open", QT_TRANSLATE_NOOP("WindowActions", "&Open video…"), "open", "Ctrl+O"},
    {kOpenFolder, kFile, "open-folder", QT_TRANSLATE_NOOP("WindowActions", "Open &folder…"),
     "folder", "Ctrl+Shift+O"},
    {kPaste, kFile, "paste", QT_TRANSLATE_NOOP("WindowActions", "Open &pasted path"), "paste",
     "Ctrl+V"},
    {kExport, kFile, "export", QT_TRANSLATE_NOOP("WindowActions", "&Export conversation…"),
     "export", "Ctrl+E"},
    {kExportMoments, kFile, "export-moments",
     QT_TRANSLATE_NOOP("WindowActions", "Export &moments…"), "export", "Ctrl+Shift+E"},
    {kQuit, kFile, "quit", QT_TRANSLATE_NOOP("WindowActions", "&Quit"), "", "Ctrl+Q"},
    {kAskFocus, kQuestion, "ask-focus", QT_TRANSLATE_NOOP("WindowActions", "&Write a question"),
     "question", "Ctrl+L"},
    {kCompare, kQuestion, "compare", QT_TRANSLATE_NOOP("WindowActions", "Ask &dense and sparse"),
     "compare", "Ctrl+Enter ; Ctrl+Return"},
    {kLookCloser, kQuestion, "look-closer", QT_TRANSLATE_NOOP("WindowActions", "Look &closer"),
     "closer", "Ctrl+Shift+L"},
    {kSubtitles, kQuestion, "subtitles", QT_TRANSLATE_NOOP("WindowActions", "Read s&ubtitles"),
     "subtitles", "Ctrl+T"},
    {kMakeSubtitles, kQuestion, "make-subtitles",
     QT_TRANSLATE_NOOP("WindowActions", "&Make subtitles from speech…"), "subtitles",
     "Ctrl+Shift+T"},
    {kStop, kQuestion, "stop", QT_TRANSLATE_NOOP("WindowActions", "&Stop"), "stop", "Esc"},
    {kNewConversation, kQuestion, "new", QT_TRANSLATE_NOOP("WindowActions", "&New conversation"),
     "new", "Ctrl+N"},
    {kPlay, kPlayback, "play", QT_TRANSLATE_NOOP("WindowActions", "&Play or pause"), "play",
     "Space ; K ; Ctrl+Space"},
    {kBack10, kPlayback, "back-10", QT_TRANSLATE_NOOP("WindowActions", "Back 10 seconds"), "", "J"},
    {kForward10, kPlayback, "forward-10", QT_TRANSLATE_NOOP("WindowActions", "Forward 10 seconds"),
     "", "L"},
    {kBack5, kPlayback, "back-5", QT_TRANSLATE_NOOP("WindowActions", "Back 5 seconds"), "", "Left"},
    {kForward5, kPlayback, "forward-5", QT_TRANSLATE_NOOP("WindowActions", "Forward 5 seconds"), "",
     "Right"},
    {kBack1, kPlayback, "back-1", QT_TRANSLATE_NOOP("WindowActions", "Back 1 second, exactly"), "",
     "Shift+Left"},
    {kForward1, kPlayback, "forward-1",
     QT_TRANSLATE_NOOP("WindowActions", "Forward 1 second, exactly"), "", "Shift+Right"},
    {kBack60, kPlayback, "back-60", QT_TRANSLATE_NOOP("WindowActions", "Back 1 minute"), "",
     "Down"},
    {kForward60, kPlayback, "forward-60", QT_TRANSLATE_NOOP("WindowActions", "Forward 1 minute"),
     "", "Up"},
    {kPreviousFrame, kPlayback, "previous-frame",
     QT_TRANSLATE_NOOP("WindowActions", "Previous frame"), "frame-back", ","},
    {kNextFrame, kPlayback, "next-frame", QT_TRANSLATE_NOOP("WindowActions", "Next frame"),
     "frame-forward", "."},
    {kStart, kPlayback, "start", QT_TRANSLATE_NOOP("WindowActions", "To the start"), "", "Home"},
    {kEnd, kPlayback, "end", QT_TRANSLATE_NOOP("WindowActions", "To the end"), "", "End"},
    {kSlower, kPlayback, "slower", QT_TRANSLATE_NOOP("WindowActions", "Slower"), "", "["},
    {kFaster, kPlayback, "faster", QT_TRANSLATE_NOOP("WindowActions", "Faster"), "", "]"},
    {kNormalSpeed, kPlayback, "normal-speed", QT_TRANSLATE_NOOP("WindowActions", "Normal speed"),
     "", "Backspace"},
    {kMute, kPlayback, "mute", QT_TRANSLATE_NOOP("WindowActions", "&Mute"), "volume", "M"},
    {kLouder, kPlayback, "louder", QT_TRANSLATE_NOOP("WindowActions", "Louder"), "", "Ctrl+Up"},
    {kQuieter, kPlayback, "quieter", QT_TRANSLATE_NOOP("WindowActions", "Quieter"), "",
     "Ctrl+Down"},
    {kLoop, kPlayback, "loop", QT_TRANSLATE_NOOP("WindowActions", "Loop from here, up to here"), "",
     "Shift+L"},
    {kAspect, kPlayback, "aspect", QT_TRANSLATE_NOOP("WindowActions", "Next aspect ratio"), "",
     "A"},
    {kDeinterlace, kPlayback, "deinterlace", QT_TRANSLATE_NOOP("WindowActions", "Deinterlacing"),
     "", "D"},
    {kFullScreen, kView, "full-screen", QT_TRANSLATE_NOOP("WindowActions", "&Full screen"),
     "full-screen", "F ; F11"},
    {kSaveStill, kPlayback, "save-still", QT_TRANSLATE_NOOP("WindowActions", "Save picture"),
     "still", "S"},
    {kModelView, kView, "model-view", QT_TRANSLATE_NOOP("WindowActions", "&What the model sees"),
     "eye", "V"},
    {kVideoInfo, kView, "video-info", QT_TRANSLATE_NOOP("WindowActions", "About this &video"), "",
     "Ctrl+I"},
    {kShowConversation, kView, "show-conversation",
     QT_TRANSLATE_NOOP("WindowActions", "&Conversation"), "", "Ctrl+Shift+C"},
    {kShowLedger, kView, "show-ledger", QT_TRANSLATE_NOOP("WindowActions", "Led&ger"), "",
     "Ctrl+J"},
    {kShowLibrary, kView, "show-library", QT_TRANSLATE_NOOP("WindowActions", "&Library"), "library",
     "Ctrl+B"},
    {kRangeFrom, kRange, "range-from", QT_TRANSLATE_NOOP("WindowActions", "Ask from here"),
     "range-from", "I"},
    {kRangeTo, kRange, "range-to", QT_TRANSLATE_NOOP("WindowActions", "Ask up to here"), "range-to",
     "O"},
    {kRangeClear, kRange, "range-clear",
     QT_TRANSLATE_NOOP("WindowActions", "Ask about all of the video"), "range-clear", "X"},
    {kPreviousMoment, kRange, "previous-moment",
     QT_TRANSLATE_NOOP("WindowActions", "Previous moment of the answer"), "moment-back",
     "Ctrl+Left"},
    {kNextMoment, kRange, "next-moment",
     QT_TRANSLATE_NOOP("WindowActions", "Next moment of the answer"), "moment-forward",
     "Ctrl+Right"},
    {kFind, kRange, "find", QT_TRANSLATE_NOOP("WindowActions", "&Find in this film…"), "find",
     "Ctrl+F"},
    {kFindNext, kRange, "find-next", QT_TRANSLATE_NOOP("WindowActions", "Next place found"), "",
     "F3"},
    {kFindPrevious, kRange, "find-previous",
     QT_TRANSLATE_NOOP("WindowActions", "Previous place found"), "", "Shift+F3"},
    {kSettings, kView, "settings", QT_TRANSLATE_NOOP("WindowActions", "&Settings…"), "settings",
     "Ctrl+,"},
    {kModels, kView, "models", QT_TRANSLATE_NOOP("WindowActions", "&Models…"), "model", "Ctrl+M"},
    {kDevices, kView, "devices", QT_TRANSLATE_NOOP("WindowActions", "&Devices…"), "device", ""},
    {kStorage, kView, "storage", QT_TRANSLATE_NOOP("WindowActions", "What is &kept…"), "", ""},
    {kKeySheet, kHelp, "keys", QT_TRANSLATE_NOOP("WindowActions", "&Keys"), "keyboard", "F1 ; ?"},
    {kDiagnostics, kHelp, "diagnostics", QT_TRANSLATE_NOOP("WindowActions", "Copy &diagnostics…"),
     "copy", ""},
    {kShowLog, kHelp, "show-log", QT_TRANSLATE_NOOP("WindowActions", "Show the &log"), "", ""},
    {kAbout, kHelp, "about", QT_TRANSLATE_NOOP("WindowActions", "&About Reelquery"), "about", ""},
};

static_assert(std::size(kRows) == std::size_t(kCount));

QList<QKeySequence> keysOf(const QString& text) {
    QList<QKeySequence> keys;
    for (const QString& key : text.split(QStringLiteral(" ; "), Qt::SkipEmptyParts)) {
        keys.append(QKeySequence::fromString(key, QKeySequence::PortableText));
    }
    return keys;
}

QString keysText(const QList<QKeySequence>& keys) {
    QStringList texts;
    for (const QKeySequence& key : keys) texts.append(key.toString(QKeySequence::PortableText));
    return texts.join(QStringLiteral(" ; "));
}

QString settingsKey(const Row& row) {
    return QStringLiteral("keys/") + QLatin1String(row.name);
}

const Row& rowOf(const QAction& action) {
    return kRows[action.data().toInt()];
}

}  // namespace

WindowActions::WindowActions(QWidget& window, SettingsModel& settings)
    : QObject(&window), settings_(settings), actions_(std::size(kRows)) {
    for (const Row& row : kRows) {
        auto* action = make<QAction>(QCoreApplication::translate("WindowActions", row.text), this);
        action->setObjectName(QLatin1String(row.name));
        action->setData(int(row.id));
        if (*row.icon) action->setIcon(paletteIcon(QLatin1String(row.icon)));
        const QVariant changed = settings.value(settingsKey(row));
        const bool isChanged =
            changed.isValid() && (row.id != kStop || !changed.toString().isEmpty());
        action->setShortcuts(keysOf(isChanged ? changed.toString() : QLatin1String(row.keys)));
        window.addAction(action);
        actions_[std::size_t(row.id)] = action;
    }
    at(kModelView)->setCheckable(true);
    at(kSubtitles)->setCheckable(true);
    for (const ActionId id : {kFullScreen, kShowConversation, kShowLedger, kShowLibrary})
        at(id)->setCheckable(true);
}

ActionGroup WindowActions::group(const QAction& action) const {
    return rowOf(action).group;
}

QString WindowActions::groupName(ActionGroup group) {
    switch (group) {
        case kFile:
            return tr("&File");
        case kQuestion:
            return tr("&Question");
        case kPlayback:
            return tr("&Playback");
        case kRange:
            return tr("&Range and moments");
        case kView:
            return tr("&View");
        case kHelp:
            break;
    }
    return tr("&Help");
}

void WindowActions::setKeys(QAction& action, const QList<QKeySequence>& keys) {
    if (&action == at(kStop) && keys.isEmpty()) return;
    const QList<QKeySequence> stop = at(kStop)->shortcuts();
    const bool takesStop = &action != at(kStop) &&
                           std::all_of(stop.begin(), stop.end(),
                                       [&keys](const auto& key) { return keys.contains(key); });
    if (takesStop) return;
    for (QAction* other : actions_) {
        if (other == &action) continue;
        QList<QKeySequence> left = other->shortcuts();
        const auto removed =
            left.removeIf([&keys](const QKeySequence& key) { return keys.contains(key); });
        if (removed == 0) continue;
        other->setShortcuts(left);
        settings_.setValue(settingsKey(rowOf(*other)), keysText(left));
    }
    action.setShortcuts(keys);
    settings_.setValue(settingsKey(rowOf(action)), keysText(keys));
    Q_EMIT keysChanged();
}

void WindowActions::resetKeys() {
    for (const Row& row : kRows) {
        settings_.removeValue(settingsKey(row));
        at(row.id)->setShortcuts(keysOf(QLatin1String(row.keys)));
    }
    Q_EMIT keysChanged();
}

}  // namespace reelquery
