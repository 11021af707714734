#pragma once
// Questions that the model can answer about what is open, offered where a conversation begins.

#include <QObject>
#include <QStringList>

namespace reelquery {

class ConversationPanel;
class SettingsModel;
class VideoState;
struct WindowSetup;

/// The things it looks at and where it shows; all outlive it.
struct SuggestionParts {
    const WindowSetup& setup;  ///< the sample, its questions, the embedded model
    const SettingsModel& settings;
    const VideoState& video;
    ConversationPanel& panel;
};

/// Follows the video and the model. With the embedded model and a video of one's own it also says
/// what that model knows. Confined to the GUI thread.
class SuggestedQuestions : public QObject {
    Q_OBJECT

  public:
    explicit SuggestedQuestions(SuggestionParts parts, QObject* parent = nullptr);

  private:
    void show();

    const SuggestionParts parts_;
};

}  // namespace reelquery
