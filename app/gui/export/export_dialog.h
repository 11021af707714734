#pragma once
// Asks where a conversation is to be written, and writes it.

class QWidget;

namespace reelquery {

class ConversationStore;
class NoticeBar;
class VideoState;

/// Opens a file dialog that is not in the way; the notices say how it ended. The stills come from
/// the frames that `video` still has. All outlive `window`. Thread: GUI.
void askForExport(const ConversationStore& store, VideoState& video, NoticeBar& notices,
                  QWidget* window);

}  // namespace reelquery
