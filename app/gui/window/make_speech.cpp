#include "app/gui/window/make_speech.h"

#include <QAction>

#include "app/gui/look/make.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/window/heard_subtitles.h"
#include "app/gui/window/speech_dialog.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

namespace {

/// The command and the setting say the same.
void followSetting(QAction& reads, SettingsModel& settings) {
    const auto show = [&reads, &settings] {
        reads.setChecked(settings.ask().subtitles.use == SubtitleUse::kOn);
    };
    QObject::connect(&settings, &SettingsModel::askChanged, &reads, show);
    QObject::connect(&reads, &QAction::triggered, &reads, [&settings](bool isOn) {
        AskSettings changed = settings.ask();
        changed.subtitles.use = isOn ? SubtitleUse::kOn : SubtitleUse::kOff;
        settings.setAsk(changed);
    });
    show();
}

}  // namespace

QWidget* makeSpeech(const SpeechRoomParts& parts, const WindowActions& actions, QWidget& window) {
    auto* dialog = make<SpeechDialog>(
        SpeechParts{parts.maker, parts.video, parts.models, parts.settings, parts.notices},
        &window);
    make<HeardSubtitles>(
        HeardParts{parts.maker, parts.video, parts.player, parts.settings, parts.notices}, &window);
    QObject::connect(dialog, &SpeechDialog::seekRequested, &parts.player, &MpvPlayer::seek);
    QObject::connect(actions.at(ActionId::kMakeSubtitles), &QAction::triggered, dialog, [dialog] {
        dialog->show();
        dialog->raise();
        dialog->activateWindow();
    });
    followSetting(*actions.at(ActionId::kSubtitles), parts.settings);
    return dialog;
}

}  // namespace reelquery
