#pragma once
// What becomes of subtitles that were made from speech: the player shows them, the model reads
// them.

#include <QObject>

#include "app/gui/state/speech_maker.h"

namespace reelquery {

class MpvPlayer;
class NoticeBar;
class SettingsModel;
class VideoState;

/// The things it works on; all outlive it.
struct HeardParts {
    SpeechMaker& maker;
    VideoState& video;
    MpvPlayer& player;
    SettingsModel& settings;
    NoticeBar& notices;
};

/// Confined to the GUI thread.
class HeardSubtitles : public QObject {
    Q_OBJECT

  public:
    explicit HeardSubtitles(HeardParts parts, QObject* parent = nullptr);

  private:
    void take(const SpeechJob& job, const KeptSpeech& speech);

    HeardParts parts_;
};

}  // namespace reelquery
