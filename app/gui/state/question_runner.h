#pragma once
// Runs questions: builds requests from the settings, follows their events, fills the conversations.

#include <QJsonObject>
#include <QObject>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/session/session.h"

namespace reelquery {

struct AnswerRecord;
class ConversationStore;
class EngineBridge;
class SeenFrames;
class SettingsModel;
class VideoState;

/// A question with everything it needs, made at once: nothing that happens later changes which
/// video it is about or where its answer goes.
struct Draft {
    QString conversation;  ///< id
    AskRequest request;
    QJsonObject settings;  ///< what the conversation keeps
};

/// At most one question of a conversation runs at a time; those of several conversations are
/// answered one after the other. A question goes on when its conversation leaves the screen.
/// Confined to the GUI thread.
class QuestionRunner : public QObject {
    Q_OBJECT

  public:
    QuestionRunner(EngineBridge& bridge, ConversationStore& store, SettingsModel& settings,
                   VideoState& video, QObject* parent = nullptr);
    ~QuestionRunner() override;

    /// Whether a question of the conversation on screen runs.
    bool isRunning() const;

    /// Whether one of any conversation does.
    bool isBusy() const { return !running_.empty(); }

    bool isRunning(const QString& conversation) const;

    /// What asking would ask now; nothing unless the video that is open is the one that the
    /// conversation on screen is about. `turns` exchanges become its history; -1: all.
    std::optional<Draft> draft(const QString& question, int turns = -1) const;

    /// Whether a request may be sent to whoever it names; else it calls `again` once it may.
    using Gate = std::function<bool(const AskRequest& request, const std::function<void()>& again)>;

    void setGate(Gate gate) { gate_ = std::move(gate); }

    bool mayGo(const AskRequest& request, const std::function<void()>& again) const {
        return !gate_ || gate_(request, again);
    }

    /// Asks with the attention of the settings. Ignored where draft() gives nothing and while a
    /// question of this conversation runs. insteadOf: the exchange that is asked anew; it and those
    /// after it stay as an earlier version. -1: none.
    void ask(const QString& question, int insteadOf = -1);

    /// Has the question answered dense and sparse, measured as Note [Comparison protocol] says.
    void compare(const QString& question, int insteadOf = -1);

    /// Asks the question of this exchange again, as a version of it.
    void askAgain(int exchange);

    /// Asks the question of this exchange once more, inside the moments that one of its answers
    /// looked at; of a comparison with that answer's attention. Ignored where canLookCloser says
    /// no.
    void lookCloser(int exchange, int answer = 0);

    /// False while a question runs, too; see Exchange::wantsCloserLook.
    bool canLookCloser(int exchange, int answer) const;

    /// Stops the question of the conversation on screen.
    void stop();
    /// The same for another conversation.
    void stop(const QString& conversation);
    void stopAll();

  Q_SIGNALS:
    // Of the conversation on screen:
    void runningChanged(bool isRunning);
    void started(int exchange);
    void progressed(const Progress& progress);
    void scannedTo(const ScannedTo& scanned);
    void stepped(const ComparisonStep& step);
    /// Every answer of the exchange is over.
    void finished(int exchange);

    // Of any conversation:
    void busyChanged();
    /// An answer is done. frames: those that the model saw, for this moment.
    void answered(const QString& conversation, int exchange, int answer, const SeenFrames& frames);
    void ended(const QString& conversation);

  private:
    struct Running {
        QString conversation;
        int exchange = 0;
        int answer = 0;   ///< the first one that is being made
        int answers = 1;  ///< how many are
        RequestId request = 0;
        /// What the model saw while the conversation is not on screen; else VideoState has it.
        std::unique_ptr<SeenFrames> frames;
    };

    bool canStart() const;
    /// Puts the exchange into the conversation; nothing where it cannot be asked.
    std::optional<Draft> start(const QString& question, const std::vector<AttentionKind>& kinds,
                               int insteadOf);
    void run(const Draft& draft, int exchange, int answer, int answers, RequestId request);
    const Running* shown() const;
    Running* find(RequestId request);
    SeenFrames& framesOf(const Running& running);
    /// The request is over: its answers end like this, one after the other.
    void end(RequestId request, const std::function<void(int which, AnswerRecord&)>& apply);
    void change(const Running& running, int which, const std::function<void(AnswerRecord&)>& apply);

    /// The frames of the question that is on screen, beside its video again, are VideoState's.
    void giveFramesBack();

    void followFrames();
    void followAnswer();
    void followComparison();
    void followEnds();
    void followStore();

    EngineBridge& bridge_;
    ConversationStore& store_;
    SettingsModel& settings_;
    VideoState& video_;
    std::vector<Running> running_;  ///< in the order they were asked
    Gate gate_;
};

}  // namespace reelquery
