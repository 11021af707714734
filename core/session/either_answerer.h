#pragma once
// This machine's model or a server's, by what a question's choice names.

#include <memory>
#include <mutex>

#include "core/answer/answerer.h"
#include "core/session/session.h"

namespace reelquery {

class RemoteAnswerer;

/// Threads: as Answerer.
class EitherAnswerer final : public Answerer {
  public:
    EitherAnswerer(std::unique_ptr<Answerer> here, ServerKey keyOf);
    ~EitherAnswerer() override;

    Capabilities capabilities(const ModelChoice& choice) const override;
    FrameRules frameRules(const ModelChoice& choice) const override;
    Plan plan(const Question& question, const CancelToken& cancel) override;
    ModelReady load(const ModelChoice& choice,
                    const std::function<void(std::int64_t, std::int64_t)>& progress,
                    const CancelToken& cancel) override;
    void watch(const AskContext& ask) override;
    void idle(const CancelToken& cancel) override;
    AnswerReport answer(const AskContext& ask, std::string& said) override;
    ComparisonReport compare(const AskContext& ask, int rounds) override;

  private:
    /// The last server and who asks it: what was sent there is known to the next question.
    struct There {
        std::string address, model, key;
        std::shared_ptr<RemoteAnswerer> answerer;
    };

    /// Whoever answers for the choice. Errors: kUsage for an address that is none.
    std::shared_ptr<Answerer> answererOf(const ModelChoice& choice) const;

    const std::shared_ptr<Answerer> here_;
    const ServerKey keyOf_;
    mutable std::mutex mutex_;
    mutable There there_;  // guarded by mutex_
};

}  // namespace reelquery
