#pragma once
// Asks where a conversation or its moments are to be written, and writes them.

class QWidget;

namespace reelquery {

class ConversationStore;
class MpvPlayer;
class NoticeBar;
class SettingsModel;
class VideoState;

/// What the list of moments takes from the window; all outlive it.
struct MomentsSource {
    ConversationStore& store;
    VideoState& video;
    MpvPlayer& player;
    SettingsModel& settings;
    NoticeBar& notices;
};

/// Opens a file dialog that is not in the way; the notices say how it ended. The stills come from
/// the frames that `video` still has. All outlive `window`. Thread: GUI.
void askForExport(const ConversationStore& store, VideoState& video, NoticeBar& notices,
                  QWidget* window);

/// Opens the list of moments of the conversation on screen, beginning with those of `exchange`.
/// Where nothing was asked yet, a notice says so. Thread: GUI.
void askForMoments(const MomentsSource& source, int exchange, QWidget* window);

}  // namespace reelquery
