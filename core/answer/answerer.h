#pragma once
// Whoever turns a question into an answer: this machine's model, or another program's.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/answer/answer_events.h"
#include "core/answer/answer_report.h"
#include "core/answer/comparison.h"
#include "core/answer/question.h"
#include "core/base/cancel.h"
#include "core/spec/recommendation.h"

namespace reelquery {

/// What an answerer can tell; what it cannot is missing from its reports.
struct Capabilities {
    bool evidence = false;          ///< where the model looked
    bool comparison = false;        ///< dense against sparse
    bool attentionFigures = false;  ///< layers, densities, times of attention
    bool exactTokenCounts = false;  ///< else tokens are another program's word, or guesses
    bool watching = false;          ///< watch() saves a later question time
    bool subtitles = false;         ///< reads what is said beside what is seen
};

/// A question on its way. Borrows everything; `request` names it in events.
struct AskContext {
    const Question& question;
    RequestId request = 0;
    const AnswerSink& sink;
    const CancelToken& cancel;
    /// When the request began; reports count from here.
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    bool isAhead = false;  ///< nobody waits for it: decoders give way to others
};

/// The cut below the frames: a question comes with its frames planned and its words laid apart, and
/// how it becomes tokens, or a request to a server, is the answerer's own affair.
/// Threads: load, answer and compare on one thread, which owns whatever answers; the const calls
/// and plan on any, and they never wait for the others.
class Answerer {
  public:
    virtual ~Answerer() = default;

    /// Of whoever answers for this choice.
    virtual Capabilities capabilities(const ModelChoice& choice) const = 0;

    /// How the model of this choice wants its frames; the defaults where that is not known.
    /// Errors: kModel.
    virtual FrameRules frameRules(const ModelChoice& choice) const = 0;

    /// What the question will cost, by what is known without answering it. Errors: kModel, kDevice,
    /// kCancelled.
    virtual Plan plan(const Question& question, const CancelToken& cancel) = 0;

    /// Makes the model ready. `progress`: done and total bytes. Errors: kModel, kDevice, kMemory,
    /// kCancelled.
    virtual ModelReady load(const ModelChoice& choice,
                            const std::function<void(std::int64_t, std::int64_t)>& progress,
                            const CancelToken& cancel) = 0;

    /// Does what answering would do before it looks at the question's words, and keeps it for a
    /// question that begins in the same way: then it is answered as if nothing had been kept, to
    /// the last bit. Sends PlanReady, Progress and FrameSeen where they are wanted. A stop keeps
    /// what a later call can go on from. Requires capabilities().watching. Errors: as answer.
    virtual void watch(const AskContext& ask) = 0;

    /// Does what was left for a time when nobody asks; a stop leaves it for later. Throws nothing
    /// but for a stop.
    virtual void idle(const CancelToken& cancel) { (void)cancel; }

    /// Answers: sends PlanReady, Progress, FrameSeen where they are wanted and AnswerDelta. What
    /// was said so far stands in `said`, also when this throws. Once the answer stands it is
    /// returned: what fails after it becomes a note. Errors: kVideo, kModel, kDevice, kMemory,
    /// kUsage, kCancelled (within 0.5 s of a stop).
    virtual AnswerReport answer(const AskContext& ask, std::string& said) = 0;

    /// Answers both ways; see Note [Comparison protocol]. Requires capabilities().comparison and
    /// rounds >= 1. Errors: as answer.
    virtual ComparisonReport compare(const AskContext& ask, int rounds) = 0;
};

}  // namespace reelquery
