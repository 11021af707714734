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

#define ROW_TEXT(text) QT_TRANSLATE_NOOP("WindowActions", text)

using enum ActionId;
using enum ActionGroup;

constexpr Row kRows[] = {
    {kOpen, kFile, "open", ROW_TEXT("&Open video…"), "open", "Ctrl+O"},
    {kOpenFolder, kFile, "open-folder", ROW_TEXT("Open &folder…"), "folder", "Ctrl+Shift+O"},
    {kPaste, kFile, "paste", ROW_TEXT("Open &pasted path"), "paste", "Ctrl+V"},
    {kExport, kFile, "export", ROW_TEXT("&Export conversation…"), "export", "Ctrl+E"},
    {kQuit, kFile, "quit", ROW_TEXT("&Quit"), "", "Ctrl+Q"},
    {kAskFocus, kQuestion, "ask-focus", ROW_TEXT("&Write a question"), "question", "Ctrl+L"},
    {kCompare, kQuestion, "compare", ROW_TEXT("Ask &dense and sparse"), "compare", "Ctrl+Return"},
    {kStop, kQuestion, "stop", ROW_TEXT("&Stop"), "stop", "Esc"},
    {kNewConversation, kQuestion, "new", ROW_TEXT("&New conversation"), "new", "Ctrl+N"},
    {kPlay, kPlayback, "play", ROW_TEXT("&Play or pause"), "play", "Space ; K ; Ctrl+Space"},
    {kBack10, kPlayback, "back-10", ROW_TEXT("Back 10 seconds"), "", "J"},
    {kForward10, kPlayback, "forward-10", ROW_TEXT("Forward 10 seconds"), "", "L"},
    {kBack5, kPlayback, "back-5", ROW_TEXT("Back 5 seconds"), "", "Left"},
    {kForward5, kPlayback, "forward-5", ROW_TEXT("Forward 5 seconds"), "", "Right"},
    {kBack1, kPlayback, "back-1", ROW_TEXT("Back 1 second, exactly"), "", "Shift+Left"},
    {kForward1, kPlayback, "forward-1", ROW_TEXT("Forward 1 second, exactly"), "", "Shift+Right"},
    {kBack60, kPlayback, "back-60", ROW_TEXT("Back 1 minute"), "", "Down"},
    {kForward60, kPlayback, "forward-60", ROW_TEXT("Forward 1 minute"), "", "Up"},
    {kPreviousFrame, kPlayback, "previous-frame", ROW_TEXT("Previous frame"), "frame-back", ","},
    {kNextFrame, kPlayback, "next-frame", ROW_TEXT("Next frame"), "frame-forward", "."},
    {kStart, kPlayback, "start", ROW_TEXT("To the start"), "", "Home"},
    {kEnd, kPlayback, "end", ROW_TEXT("To the end"), "", "End"},
    {kSlower, kPlayback, "slower", ROW_TEXT("Slower"), "", "["},
    {kFaster, kPlayback, "faster", ROW_TEXT("Faster"), "", "]"},
    {kNormalSpeed, kPlayback, "normal-speed", ROW_TEXT("Normal speed"), "", "Backspace"},
    {kMute, kPlayback, "mute", ROW_TEXT("&Mute"), "volume", "M"},
    {kFullScreen, kView, "full-screen", ROW_TEXT("&Full screen"), "full-screen", "F ; F11"},
    {kSaveStill, kPlayback, "save-still", ROW_TEXT("Save picture"), "still", "S"},
    {kModelView, kView, "model-view", ROW_TEXT("&What the model sees"), "eye", "V"},
    {kRangeFrom, kRange, "range-from", ROW_TEXT("Ask from here"), "range-from", "I"},
    {kRangeTo, kRange, "range-to", ROW_TEXT("Ask up to here"), "range-to", "O"},
    {kRangeClear, kRange, "range-clear", ROW_TEXT("Ask about all of the video"), "range-clear",
     "X"},
    {kPreviousMoment, kRange, "previous-moment", ROW_TEXT("Previous moment of the answer"),
     "moment-back", "Ctrl+Left"},
    {kNextMoment, kRange, "next-moment", ROW_TEXT("Next moment of the answer"), "moment-forward",
     "Ctrl+Right"},
    {kSettings, kView, "settings", ROW_TEXT("&Settings…"), "settings", "Ctrl+,"},
    {kModels, kView, "models", ROW_TEXT("&Models…"), "model", "Ctrl+M"},
    {kDevices, kView, "devices", ROW_TEXT("&Devices…"), "device", ""},
    {kKeySheet, kHelp, "keys", ROW_TEXT("&Keys"), "keyboard", "F1 ; ?"},
    {kAbout, kHelp, "about", ROW_TEXT("&About Reelquery"), "about", ""},
};

#undef ROW_TEXT

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
        action->setShortcuts(
            keysOf(changed.isValid() ? changed.toString() : QLatin1String(row.keys)));
        window.addAction(action);
        actions_[std::size_t(row.id)] = action;
    }
    at(kModelView)->setCheckable(true);
    at(kFullScreen)->setCheckable(true);
}

ActionGroup WindowActions::group(const QAction& action) const {
    return rowOf(action).group;
}

QString WindowActions::groupName(ActionGroup group) {
    switch (group) {
        case kFile:
            return tr("File");
        case kQuestion:
            return tr("Question");
        case kPlayback:
            return tr("Playback");
        case kRange:
            return tr("Range and moments");
        case kView:
            return tr("View");
        case kHelp:
            break;
    }
    return tr("Help");
}

void WindowActions::setKeys(QAction& action, const QList<QKeySequence>& keys) {
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
