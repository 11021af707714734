#pragma once
// Another program's model as an answerer. The film stays here: frames are decoded on this machine
// and go with their times; nothing goes before a question is asked.

#include <memory>
#include <optional>
#include <string>

#include "core/answer/answerer.h"
#include "core/remote/chat_body.h"
#include "core/remote/remote_server.h"
#include "core/remote/server_facts.h"

namespace reelquery {

/// Keeps the frames of the last video as they were sent, so that a follow-up begins with the same
/// bytes. Threads: as Answerer.
class RemoteAnswerer final : public Answerer {
  public:
    /// Errors: kUsage for a URL that is none.
    explicit RemoteAnswerer(RemoteServer server);

    Capabilities capabilities(const ModelChoice&) const override { return {.subtitles = true}; }

    FrameRules frameRules(const ModelChoice& choice) const override;

    /// Asks no server: what it has room for is known once a question is asked.
    Plan plan(const Question& question, const CancelToken& cancel) override;

    /// Asks the server what it is.
    ModelReady load(const ModelChoice& choice,
                    const std::function<void(std::int64_t, std::int64_t)>& progress,
                    const CancelToken& cancel) override;
    void watch(const AskContext& ask) override;
    AnswerReport answer(const AskContext& ask, std::string& said) override;
    ComparisonReport compare(const AskContext& ask, int rounds) override;

  private:
    /// What was sent of a video, and its account.
    struct Sent {
        std::string key;                  // of video, frames and form
        std::string frames;               // framesJson
        std::string own;                  // ownFieldsJson, for a server that takes it
        AnswerReport report;              // the fields about frames
        std::vector<FrameSeen> shown;     // where they were wanted for the eye
        std::vector<SentFrame> pictures;  // the frames, for other lines between them
        std::string unreadable;           // pictures that no frame came from
        std::string saidKey;              // of the lines in `frames` and `own`
    };

    void haveFrames(const AskContext& ask, const ServerFacts& facts);
    void takeFrames(const AskContext& ask, const std::string& key);
    void takeLines(const AskContext& ask, const ServerFacts& facts);
    AnswerReport askServer(const AskContext& ask, const ServerFacts& facts, const Sent& sent,
                           std::string& said) const;

    const RemoteServer server_;
    std::optional<Sent> sent_;  // of the thread that answers
};

}  // namespace reelquery
