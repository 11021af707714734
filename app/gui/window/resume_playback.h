#pragma once
// A film goes on where it was left, as loud and as fast.

#include <QObject>
#include <QTimer>

#include "app/gui/state/playback_memory.h"

namespace reelquery {

class ConversationStore;
class MpvPlayer;
class PictureEcho;
class SettingsModel;
class VideoState;

/// The things it works on; all outlive it.
struct ResumeParts {
    SettingsModel& settings;
    ConversationStore& store;
    VideoState& video;
    MpvPlayer& player;
    PictureEcho& echo;
};

/// Films of two minutes and more go on where they were left; loudness is one for all. Confined to
/// the GUI thread.
class ResumePlayback : public QObject {
    Q_OBJECT

  public:
    ResumePlayback(ResumeParts parts, QObject* parent);

    /// Writes down what is played now.
    void keep();

    /// Nothing is written of this film until another one is opened.
    void forget(const QByteArray& content);

  private:
    void takeUp();
    void followSound();

    const ResumeParts parts_;
    PlaybackMemory memory_;
    Playback now_;          ///< of the film that is loaded
    bool isKnown_ = false;  ///< its positions are worth writing
    bool isLoud_ = false;   ///< the kept loudness was given to the player
    QTimer soon_;
};

}  // namespace reelquery
