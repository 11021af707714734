#pragma once
// Which pictures, sound and subtitles of the file are played; the model sees the same pictures.

#include <QMenu>

class QActionGroup;

namespace reelquery {

class MpvPlayer;
class VideoState;

/// Lists the tracks of the open video; off where there is nothing to choose. Confined to the GUI
/// thread.
class TrackMenu : public QMenu {
    Q_OBJECT

  public:
    TrackMenu(const VideoState& video, MpvPlayer& player, QWidget* parent = nullptr);

  Q_SIGNALS:
    /// Of the pictures: 1, 2, ... in the file's order.
    void pictureTrackPicked(int track);

  private:
    void fill();
    void addHeading(const QString& text);
    void addPictures();
    void addSounds();
    void addSubtitles();

    const VideoState& video_;
    MpvPlayer& player_;
    QActionGroup* pictures_;
    QActionGroup* sounds_;
    QActionGroup* subtitles_;
};

}  // namespace reelquery
