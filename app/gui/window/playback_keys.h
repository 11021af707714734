#pragma once
// Connects the playback and range commands with the player.

class QObject;

namespace reelquery {

class MpvPlayer;
class PictureEcho;
class VideoState;
class WindowActions;

/// The connections live as long as `owner`. Digits 0 to 9, which jump to tenths of the video, are
/// added to the window here as well. What changes a range or writes a picture is said by `echo`.
void connectPlayback(QObject* owner, const WindowActions& actions, MpvPlayer& player,
                     VideoState& video, PictureEcho& echo);

}  // namespace reelquery
