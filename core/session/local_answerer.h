#pragma once
// This machine's model as an answerer: features, tokens, keys and values, evidence, comparison.

#include <mutex>

#include "core/answer/answerer.h"
#include "core/session/keep/warm_state.h"
#include "core/session/session.h"

namespace reelquery {

/// What is warm is confined to the thread that answers, which hands a summary over whenever it
/// changes: planning reads that copy.
class LocalAnswerer final : public Answerer {
  public:
    explicit LocalAnswerer(const SessionStorage& storage);

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
    std::mutex mutex_;
    WarmState warm_;       // of the thread that answers
    WarmSummary summary_;  // guarded by mutex_
};

}  // namespace reelquery
