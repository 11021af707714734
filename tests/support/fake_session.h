#pragma once
// A session that plays a script instead of running a model, on a clock the test moves.

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/session/hear/kept_hearing.h"
#include "core/session/session.h"
#include "core/session/watch/video_lines.h"

namespace reelquery {

/// What the next answers look like.
struct FakeScript {
    double durationS = 60;
    int frames = 24;
    std::int64_t tokens = 4096;
    std::string answer = "At 0:05 a red card is shown. At [0:42] it is blue, and at 9:59 nothing.";
    /// The sparse answer; empty: the same.
    std::string sparseAnswer;
    double densePrefillS = 8, sparsePrefillS = 4;
    int layers = 28, heads = 12;

    /// A question fails in this phase with this error.
    std::optional<Phase> failIn;
    ErrorCode failCode = ErrorCode::kVideo;
    std::string failMessage = "video.mp4: frame 12 cannot be decoded";
    std::string failHint = "copy the file again, or ask about another range";

    /// openVideo fails for paths that contain this.
    std::string badPath = "broken";
    std::string badMessage = "broken.mp4: no moov atom, the file was cut off";
    std::string badHint = "copy the file again";
    bool planFits = true;
    bool hasForecast = true;
    bool isWarm = false;  ///< the video was read before: the forecast is of the question alone

    std::vector<PictureTrack> pictureTracks;
    std::optional<MissingEnd> missingEnd;
    std::vector<double> scans;  ///< shares of the file that opening it tells of
    bool isStill = false;       ///< what is opened is a picture
    bool hasSubtitles = false;
    std::string heardIn;  ///< videos whose path holds this have kept speech; empty: none has
    /// The window's way to hear; a speech model is found where it is set.
    std::function<KeptSpeech(const HearRequest&, const HearProgress&, const CancelToken&)> hear;
    std::vector<VideoLine> lines;    ///< said in every video that has subtitles
    std::vector<std::string> notes;  ///< of every answer
    bool namesVideo = false;         ///< answers say "[video: question]" first
    /// The curve of an answer that asked for evidence peaks here; the sparse one a little later.
    double evidencePeakS = 29;
};

/// Confined to the thread of the test, but for log(), which any thread may read. Nothing happens
/// until advance() moves the clock: one step is one event of the script.
class FakeSession : public Session {
  public:
    FakeSession(EventSink sink, FakeScript script);

    RequestId openVideo(std::filesystem::path video, int videoTrack) override;
    RequestId plan(AskRequest request) override;
    RequestId loadModel(ModelChoice model) override;
    RequestId watch(AskRequest request) override;
    RequestId ask(AskRequest request) override;
    RequestId compare(CompareRequest request) override;
    void cancel(RequestId request) override;

    /// Plays the next events of the script. Returns how many there were to play.
    int advance(int events);

    /// Plays until the question has made some progress in this phase. False when it ended before.
    bool advanceTo(Phase phase);

    /// Plays until a comparison begins this pass. False when it ended before.
    bool advanceToPass(bool isSparse, int round);

    /// Plays everything.
    void finish();

    /// Plays what was asked about videos, and leaves the question where it is.
    void finishProbes();

    bool isIdle() const { return queue_.empty() && probes_.empty(); }

    FakeScript& script() { return script_; }

    /// What was planned last.
    const std::vector<AskRequest>& planned() const { return planned_; }

    /// What is or was watched ahead. Nothing comes of it by itself: see tellWatched.
    const std::vector<AskRequest>& watched() const { return watched_; }

    /// The last watching came this far.
    void tellWatched(double seconds) { sink_(WatchedTo{watching_, seconds}); }

    void endWatching() { sink_(Watched{std::exchange(watching_, 0)}); }

    bool isWatching() const { return watching_ != 0; }

    const std::vector<AskRequest>& asked() const { return asked_; }

    const std::vector<CompareRequest>& compared() const { return compared_; }

    /// Forgets what was asked and planned: a long test must not take its own notes for a leak.
    void forget() {
        planned_ = {};
        asked_ = {};
        compared_ = {};
        watched_ = {};
        loaded_ = {};
    }

    const std::vector<ModelChoice>& loaded() const { return loaded_; }

  private:
    struct Step {
        RequestId request = 0;
        std::function<Event()> make;
    };

    void add(RequestId request, Event event);
    void addPhase(RequestId request, Phase phase, int steps, std::int64_t total);
    /// True when the script fails here; the rest of the question is then left out.
    bool addFailure(RequestId request, Phase phase);
    std::vector<double> frameTimes(const AskRequest& asked) const;
    void addFrames(const AskRequest& asked, RequestId request);
    void addAnswer(RequestId request, const std::string& answer);
    AnswerReport report(const AskRequest& asked, const std::string& answer) const;
    ComparedSide side(AskRequest asked, AttentionKind kind) const;
    const std::string& answerOf(AttentionKind kind) const;
    std::string answerTo(const AskRequest& asked, AttentionKind kind) const;
    Event play();

    EventSink sink_;
    FakeScript script_;
    std::deque<Step> queue_;
    std::deque<Step> probes_;  ///< of videos: as the engine's, they do not wait behind a question
    std::vector<AskRequest> planned_;
    std::vector<AskRequest> asked_;
    std::vector<AskRequest> watched_;
    RequestId watching_ = 0;  // the last one, while it runs
    std::vector<CompareRequest> compared_;
    std::vector<ModelChoice> loaded_;
    RequestId lastRequest_ = 0;
    std::string said_;
};

/// The time of frame `index` of the script.
double fakeFrameTime(const FakeScript& script, int index);

}  // namespace reelquery
