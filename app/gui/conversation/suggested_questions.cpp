#include "app/gui/conversation/suggested_questions.h"

#include "app/gui/conversation/conversation_panel.h"
#include "app/gui/look/format.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"
#include "app/gui/window_setup.h"

namespace reelquery {

SuggestedQuestions::SuggestedQuestions(SuggestionParts parts, QObject* parent)
    : QObject(parent), parts_(parts) {
    connect(&parts_.video, &VideoState::opened, this, &SuggestedQuestions::show);
    connect(&parts_.video, &VideoState::closed, this, &SuggestedQuestions::show);
    connect(&parts_.settings, &SettingsModel::askChanged, this, &SuggestedQuestions::show);
    show();
}

void SuggestedQuestions::show() {
    const WindowSetup& setup = parts_.setup;
    const ModelChoice& model = parts_.settings.ask().model;
    const QString& path = parts_.video.path();
    const bool isSample = !path.isEmpty() && toPath(path) == setup.sampleVideo;
    const bool isDemo =
        !setup.embeddedModel.empty() && model.server.empty() && model.folder == setup.embeddedModel;
    const bool isStill = parts_.video.summary() && parts_.video.summary()->isStillImage;
    QStringList questions;
    if (isSample) {
        for (const std::string& question : setup.sampleQuestions)
            questions.append(toQString(question));
    } else if (isDemo) {
        // It was taught English only.
        questions = {QStringLiteral("List what is shown, with times."),
                     QStringLiteral("What is shown first?")};
    } else if (isStill) {
        questions = {tr("What can be seen in this picture?"), tr("What is written in it?")};
    }
    parts_.panel.setSuggestions(questions);
    parts_.panel.showLimits(isDemo && !isSample && !path.isEmpty());
}

}  // namespace reelquery
