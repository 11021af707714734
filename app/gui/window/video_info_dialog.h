#pragma once
// What is known of the open video, in a small window beside it.

#include <QDialog>

namespace reelquery {

class MpvPlayer;
class VideoState;

/// Deletes itself when closed; its text can be copied. Confined to the GUI thread.
class VideoInfoDialog : public QDialog {
    Q_OBJECT

  public:
    VideoInfoDialog(const VideoState& video, const MpvPlayer& player, QWidget* parent = nullptr);
};

}  // namespace reelquery
