#include "app/gui/player/track_menu.h"

#include <QActionGroup>
#include <QLocale>
#include <algorithm>

#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/video_state.h"

namespace reelquery {

namespace {

/// "2: 640 × 360 · German · From above", of what is known.
QString trackText(int number, const QString& size, const std::string& language,
                  const std::string& title) {
    QStringList known;
    if (!size.isEmpty()) known.append(size);
    if (!language.empty() && language != "und") {
        const QString code = toQString(language);
        const QLocale::Language named = QLocale::codeToLanguage(code);
        known.append(named == QLocale::AnyLanguage ? code : QLocale(named).nativeLanguageName());
    }
    if (!title.empty()) known.append(toQString(title));
    QString text = QString::number(number);
    if (!known.isEmpty()) text += QStringLiteral(": ") + known.join(QStringLiteral(" · "));
    return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

}  // namespace

TrackMenu::TrackMenu(const VideoState& video, MpvPlayer& player, QWidget* parent)
    : QMenu(tr("&Tracks"), parent),
      video_(video),
      player_(player),
      pictures_(make<QActionGroup>(this)),
      sounds_(make<QActionGroup>(this)),
      subtitles_(make<QActionGroup>(this)) {
    setObjectName(QStringLiteral("trackMenu"));
    for (const auto signal : {&MpvPlayer::loaded, &MpvPlayer::unloaded, &MpvPlayer::tracksChanged})
        connect(&player, signal, this, &TrackMenu::fill);
    connect(&video, &VideoState::opened, this, &TrackMenu::fill);
    connect(&video, &VideoState::closed, this, &TrackMenu::fill);
    fill();
}

void TrackMenu::fill() {
    clear();
    addPictures();
    addSounds();
    addSubtitles();
    menuAction()->setEnabled(!actions().isEmpty());
}

/// A section's own title is not drawn in every style.
void TrackMenu::addHeading(const QString& text) {
    if (!actions().isEmpty()) addSeparator();
    addAction(text)->setEnabled(false);
}

void TrackMenu::addPictures() {
    if (!video_.summary() || video_.summary()->pictureTracks.size() < 2) return;
    addHeading(tr("Picture, also for the model"));
    int number = 0;
    for (const PictureTrack& track : video_.summary()->pictureTracks) {
        ++number;
        const QString size = QStringLiteral("%1 × %2").arg(track.width).arg(track.height);
        QAction* action = addAction(trackText(number, size, track.language, track.title));
        action->setCheckable(true);
        action->setChecked(track.streamIndex == video_.summary()->streamIndex);
        pictures_->addAction(action);
        // Later: what comes of it fills the menu anew.
        connect(
            action, &QAction::triggered, this,
            [this, number] { Q_EMIT pictureTrackPicked(number); }, Qt::QueuedConnection);
    }
}

void TrackMenu::addSounds() {
    const std::vector<PlayableSound> tracks = player_.soundTracks();
    if (tracks.size() < 2) return;
    addHeading(tr("Sound"));
    int number = 0;
    for (const PlayableSound& track : tracks) {
        QAction* action = addAction(trackText(++number, {}, track.language, track.title));
        action->setCheckable(true);
        action->setChecked(track.isPlayed);
        sounds_->addAction(action);
        connect(
            action, &QAction::triggered, this, [this, id = track.id] { player_.playSound(id); },
            Qt::QueuedConnection);
    }
}

void TrackMenu::addSubtitles() {
    const std::vector<PlayableSubtitles> tracks = player_.subtitleTracks();
    if (tracks.empty()) return;
    addHeading(tr("Subtitles over the picture"));
    const auto add = [this](const QString& text, std::int64_t id, bool isShown) {
        QAction* action = addAction(text);
        action->setCheckable(true);
        action->setChecked(isShown);
        subtitles_->addAction(action);
        connect(
            action, &QAction::triggered, this, [this, id] { player_.showSubtitles(id); },
            Qt::QueuedConnection);
    };
    const bool isAnyShown =
        std::any_of(tracks.begin(), tracks.end(), [](const auto& track) { return track.isShown; });
    add(tr("None"), 0, !isAnyShown);
    int number = 0;
    for (const PlayableSubtitles& track : tracks)
        add(trackText(++number, {}, track.language, track.title), track.id, track.isShown);
}

}  // namespace reelquery
