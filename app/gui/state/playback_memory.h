#pragma once
// Where films were left, and how they were played.

#include <QByteArray>
#include <QJsonArray>
#include <QString>
#include <cstdint>
#include <vector>

namespace reelquery {

class SettingsModel;

/// Of one film.
struct Playback {
    QByteArray content;  ///< content id
    QString path;        ///< where it was last
    double positionS = 0;
    double speed = 1;
    std::int64_t sound = 0, subtitles = -1;  ///< the player's tracks; 0 and -1: its own choice
};

/// Kept by what is in the film, so that a moved one is known; the latest two hundred. Confined to
/// the GUI thread.
class PlaybackMemory {
  public:
    explicit PlaybackMemory(SettingsModel& settings) : settings_(settings) {}

    /// Whether films may be remembered; true unless the user does not want it.
    bool isOn() const;
    /// Turned off, all is forgotten.
    void setOn(bool isOn);

    /// What is known of it; the defaults where nothing is.
    Playback of(const QByteArray& content) const;

    /// Latest last.
    std::vector<Playback> all() const;

    /// Does nothing while it is off.
    void keep(const Playback& playback);
    void forget(const QByteArray& content);

  private:
    QJsonArray stored() const;
    void store(const QJsonArray& list);

    SettingsModel& settings_;
};

}  // namespace reelquery
