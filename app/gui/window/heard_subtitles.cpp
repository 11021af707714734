#include "app/gui/window/heard_subtitles.h"

#include <QFileInfo>

#include "app/gui/look/format.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"

namespace reelquery {

HeardSubtitles::HeardSubtitles(HeardParts parts, QObject* parent) : QObject(parent), parts_(parts) {
    connect(&parts_.maker, &SpeechMaker::made, this, &HeardSubtitles::take);
    connect(&parts_.maker, &SpeechMaker::failed, this,
            [this](const SpeechJob& job, const QString& message, const QString& hint) {
                parts_.notices.showError(
                    tr("No subtitles were made of “%1”: %2").arg(nameText(job.video), message),
                    hint);
            });
}

void HeardSubtitles::take(const SpeechJob& job, const KeptSpeech& speech) {
    const QString name = nameText(job.video);
    if (speech.spoken.lines.empty()) {
        return parts_.notices.showNote(tr("Nobody speaks in “%1”.").arg(name));
    }
    if (speech.subtitles.empty()) {
        const QString why =
            speech.spoken.notes.empty() ? QString() : toQString(speech.spoken.notes.back());
        return parts_.notices.showError(
            tr("The subtitles of “%1” were made, but could not be kept.").arg(name),
            sentenceText(why));
    }
    if (parts_.video.path() != job.video) {
        return parts_.notices.showNote(
            tr("The subtitles of “%1” are made; they are there when it is opened again.")
                .arg(name));
    }
    SubtitleSource source;
    source.file = speech.subtitles;
    source.language = speech.spoken.language;
    source.heardBy = speech.spoken.model;
    parts_.video.setHeard(source);
    AskSettings settings = parts_.settings.ask();
    settings.subtitles = {SubtitleUse::kOn, {}};
    settings.heardFirst = true;
    parts_.settings.setAsk(settings);
    if (parts_.player.isLoaded()) parts_.player.addSubtitles(toQString(speech.subtitles));
    parts_.notices.showNote(
        tr("The subtitles of “%1” are shown over the picture, and the model reads them with the "
           "next question.")
            .arg(name));
}

}  // namespace reelquery
