#pragma once
// Which track of pictures was looked at last, of videos that have several.

#include <QJsonArray>
#include <QString>

namespace reelquery {

class SettingsModel;

/// Kept by the video's path, over restarts, too, whether or not anything was asked about it: the
/// latest hundred that are not the main track. Confined to the GUI thread.
class TrackChoices {
  public:
    explicit TrackChoices(SettingsModel& settings) : settings_(settings) {}

    /// As AskRequest::videoTrack; 0 where nothing is known. The file may be another by now, without
    /// such a track.
    int of(const QString& path) const;

    /// videoTrack: 0 forgets.
    void keep(const QString& path, int videoTrack);

  private:
    QJsonArray all() const;

    SettingsModel& settings_;
};

}  // namespace reelquery
