#pragma once
// Playback with sound through libmpv, as one QObject.

#include <QObject>
#include <QString>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/session/events.h"

struct mpv_handle;
struct mpv_event_end_file;
struct mpv_event_property;

namespace reelquery {

/// A stream of sound of the file that is loaded.
struct PlayableSound {
    std::int64_t id = 0;   ///< for playSound
    std::string language;  ///< as tagged; may be empty
    std::string title;     ///< may be empty
    bool isPlayed = false;
};

/// A stream of text of the file that is loaded, or a file that was added.
struct PlayableSubtitles {
    std::int64_t id = 0;  ///< for showSubtitles
    std::string language, title;
    bool isShown = false;
};

/// What is done about the two halves of interlaced pictures.
enum class Deinterlace { kAuto, kOn, kOff };

/// A stretch that is played again and again; the second end comes after the first.
struct PlayerLoop {
    std::optional<double> fromS, toS;
    bool operator==(const PlayerLoop&) const = default;
};

/// Confined to the GUI thread; libmpv's own threads only ask for its event loop to be read.
/// Without libmpv's core (it could not be made) every call does nothing and failed() was told.
class MpvPlayer : public QObject {
    Q_OBJECT

  public:
    explicit MpvPlayer(QObject* parent = nullptr);
    ~MpvPlayer() override;

    /// Loads a file, as soon as there is a surface, and stays paused on its first frame.
    void open(const QString& path);

    /// What the engine found out about a file, before or after it is opened here: from then on the
    /// player has the engine's clock and shows the pictures that the model sees.
    void follow(const VideoSummary& video);

    void close();

    /// Shows a subtitle file over the picture.
    void addSubtitles(const QString& path);

    /// Of the file that is loaded, in its order.
    std::vector<PlayableSound> soundTracks() const;

    /// Plays this one of soundTracks(). Ends with tracksChanged.
    void playSound(std::int64_t id);

    /// Of the file that is loaded, those that were added included.
    std::vector<PlayableSubtitles> subtitleTracks() const;

    /// Shows this one of subtitleTracks(), or none with 0. Ends with tracksChanged.
    void showSubtitles(std::int64_t id);

    /// What was asked for since the file was loaded: 0 and -1 where nothing was.
    std::int64_t chosenSound() const { return chosenSound_; }

    std::int64_t chosenSubtitles() const { return chosenSubtitles_; }

    const PlayerLoop& loop() const { return loop_; }

    /// Both ends, one that waits for the other, or none.
    void setLoop(const PlayerLoop& loop);

    Deinterlace deinterlace() const { return deinterlace_; }

    void setDeinterlace(Deinterlace how);

    /// Width through height of the picture as it is shown; 0: the file's own.
    void setAspect(double ratio);

    double aspect() const { return aspect_; }

    bool isLoaded() const { return isLoaded_; }

    bool isPaused() const { return isPaused_; }

    /// A seek is under way: the picture is not yet that of positionS().
    bool isSeeking() const { return target_ || isSteppingBack_; }

    bool isMuted() const { return isMuted_; }

    double positionS() const { return positionS_; }

    /// Where the seek under way leads; without one, positionS().
    double headedToS() const { return target_.value_or(positionS_); }

    double durationS() const { return durationS_; }

    double volume() const { return volume_; }

    double speed() const { return speed_; }

    /// What was asked for last; speed() once it is played so fast.
    double headedToSpeed() const { return wantedSpeed_.value_or(speed_); }

    void setPaused(bool isPaused);

    void togglePaused() { setPaused(!isPaused_); }

    /// Exact to the frame: shows the one that is on show at that time. While a file is being loaded
    /// it is done once that is.
    void seek(double seconds);
    /// Relative; exact, or to a key frame near by when not.
    void seekBy(double seconds, bool isExact);
    void stepFrame(bool forward);

    /// 0 to 100.
    void setVolume(double volume);
    void setMuted(bool isMuted);
    void setSpeed(double speed);

    /// Writes the shown picture, in full size, to a file. Ends with stillSaved or failed.
    void saveStill(const QString& path);

    /// The surface can draw now, or never will. libmpv plays nothing that it loads before.
    void surfaceIsReady();

    /// Before it, nothing is loaded.
    bool hasSurface() const { return hasSurface_; }

    /// For the surface that draws. Shared because the render context must be freed before the
    /// last handle, whichever of player and surface goes first.
    std::shared_ptr<mpv_handle> handle() const { return handle_; }

  Q_SIGNALS:
    void loaded();
    /// What is loaded goes; its position and tracks can still be asked for.
    void aboutToUnload();
    void unloaded();
    void positionChanged(double seconds);
    void durationChanged(double seconds);
    void pausedChanged(bool isPaused);
    void soundChanged();
    /// Another track of sound is played, or one at all.
    void tracksChanged();
    void speedChanged(double speed);
    void stillSaved(const QString& path);
    void loopChanged();
    /// A line for the user.
    void failed(const QString& message);

  private:
    void load();
    void unload();
    void applyFacts();
    void pickTrack();
    void setTrack(const char* kind, std::int64_t id);
    void setText(const char* name, const std::string& value);
    void applyFilters();
    void landed(double seconds);
    void releaseHeld();
    void setPosition(double seconds);
    void readEvents();
    void readProperty(const mpv_event_property& property);
    void endStill(quint64 reply, bool isWritten);
    void endFile(const mpv_event_end_file& end);
    void command(const std::vector<std::string>& words, quint64 reply = 0);
    void setFlag(const char* name, bool value);
    void setNumber(const char* name, double value);

    std::shared_ptr<mpv_handle> handle_;
    QString path_;
    std::map<quint64, QString> stills_;  ///< that are being written, by the reply that is awaited
    quint64 lastStill_ = 0;
    quint64 loadReply_ = 0;    ///< in which mpv says what it calls the file that was asked for last
    std::int64_t wanted_ = 0;  ///< its name for that file; 0 until it has said it
    std::int64_t started_ = 0;           ///< its name for the file of which its events tell
    std::optional<VideoSummary> facts_;  ///< of path_, or of what will be opened next
    bool isLoadedInParts_ = false;
    bool hasSurface_ = false;
    std::optional<double> target_;       ///< of the seek under way
    quint64 seekReply_ = 0;              ///< in which mpv says that it took it on
    bool isSeekTaken_ = false;           ///< what it tells of from here on may be that one
    bool hasBegun_ = false;              ///< and is not the end of another that mpv tells of next
    std::optional<double> firstSeekS_;   ///< asked for while the file was being loaded
    std::optional<double> wantedSpeed_;  ///< until mpv has told of it
    bool isSteppingBack_ = false;        ///< to the frame before the one it landed on
    /// While paused: the time asked for, when the frame on show then began before it.
    std::optional<double> heldAtS_;
    std::int64_t chosenSound_ = 0, chosenSubtitles_ = -1;
    PlayerLoop loop_;
    Deinterlace deinterlace_ = Deinterlace::kAuto;
    double aspect_ = 0;
    bool isLoaded_ = false, isPaused_ = true, isMuted_ = false;
    double positionS_ = 0, durationS_ = 0, volume_ = 100, speed_ = 1;
};

}  // namespace reelquery
