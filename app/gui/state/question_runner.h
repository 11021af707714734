#pragma once
// Runs questions: builds requests from the settings, follows their events, fills the conversation.

#include <QObject>
#include <functional>
#include <optional>
#include <vector>

#include "core/session/session.h"

namespace reelquery {

struct AnswerRecord;
class ConversationStore;
class EngineBridge;
class SettingsModel;
class VideoState;

/// At most one question runs at a time. Confined to the GUI thread.
class QuestionRunner : public QObject {
    Q_OBJECT

  public:
    QuestionRunner(EngineBridge& bridge, ConversationStore& store, SettingsModel& settings,
                   VideoState& video, QObject* parent = nullptr);

    bool isRunning() const { return running_.has_value(); }

    /// Asks with the attention of the settings. Ignored while a question runs or without a video.
    void ask(const QString& question);

    /// Has the question answered dense and sparse, measured as Note [Comparison protocol] says.
    void compare(const QString& question);

    /// Asks the question of this exchange again, dropping it and those after it.
    void askAgain(int exchange);

    /// Asks the question of this exchange once more, inside the moments that one of its answers
    /// looked at; of a comparison with that answer's attention. Ignored where canLookCloser says
    /// no.
    void lookCloser(int exchange, int answer = 0);

    /// False while a question runs, too; see Exchange::wantsCloserLook.
    bool canLookCloser(int exchange, int answer) const;

    void stop();

    /// The request a question would make now.
    AskRequest request(const QString& question) const;

  Q_SIGNALS:
    void runningChanged(bool isRunning);
    void started(int exchange);
    void progressed(const Progress& progress);
    void stepped(const ComparisonStep& step);
    /// Every answer of the exchange is over.
    void finished(int exchange);

  private:
    struct Running {
        int exchange = 0;
        int answer = 0;   ///< the first one that is being made
        int answers = 1;  ///< how many are
        RequestId request = 0;
    };

    /// With the first `turns` exchanges as history.
    AskRequest request(const QString& question, int turns) const;

    bool canStart() const;
    bool start(const QString& question, const std::vector<AttentionKind>& kinds);
    void run(Running running);
    void finish();
    /// Every answer that is being made ends like this.
    void endAll(const std::function<void(AnswerRecord&)>& apply);

    bool isMine(RequestId request) const { return running_ && running_->request == request; }

    void followAnswer();
    void followComparison();
    void followEnds();

    EngineBridge& bridge_;
    ConversationStore& store_;
    SettingsModel& settings_;
    VideoState& video_;
    std::optional<Running> running_;
};

}  // namespace reelquery
