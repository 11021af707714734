#include "core/session/local_answerer.h"

#include <new>
#include <utility>

#include "core/base/low_priority.h"
#include "core/device/cuda_libraries.h"
#include "core/device/cuda_memory.h"
#include "core/device/device.h"
#include "core/session/ask/answering.h"
#include "core/session/compare/comparing.h"
#include "core/session/plan/frame_rules.h"
#include "core/session/watch/watching_ahead.h"

namespace reelquery {

namespace {

/// Announces what a request left warm, however it ended.
class Announcement {
  public:
    explicit Announcement(const WarmState& warm) : warm_(warm) {}

    Announcement(const Announcement&) = delete;
    Announcement& operator=(const Announcement&) = delete;

    ~Announcement() {
        try {
            warm_.announce();
        } catch (const std::bad_alloc&) {
            // Plans go by the summary before.
        }
    }

  private:
    const WarmState& warm_;
};

int cardOf(const AskRequest& request) {
    return resolveDevice(request.model.device, request.model.dtype).target.cudaDevice;
}

}  // namespace

LocalAnswerer::LocalAnswerer(const SessionStorage& storage)
    : warm_(storage,
            [this](WarmSummary summary) {
                std::lock_guard lock(mutex_);
                summary_ = std::move(summary);
            }),
      summary_(warm_.summary()) {}

Capabilities LocalAnswerer::capabilities(const ModelChoice&) const {
    return {.evidence = true,
            .comparison = true,
            .attentionFigures = true,
            .exactTokenCounts = true,
            .watching = true,
            .subtitles = true};
}

FrameRules LocalAnswerer::frameRules(const ModelChoice& choice) const {
    return frameRulesOf(choice);
}

Plan LocalAnswerer::plan(const Question& question, const CancelToken& cancel) {
    cudaLibraries();  // before this thread's first tensor, see there
    const WarmSummary warm = [&] {
        std::lock_guard lock(mutex_);
        return summary_;
    }();
    return planWith(warm, question, cancel).plan;
}

ModelReady LocalAnswerer::load(const ModelChoice& choice,
                               const std::function<void(std::int64_t, std::int64_t)>& progress,
                               const CancelToken& cancel) {
    const Announcement announcement(warm_);
    warm_.useModel(choice, progress, cancel);
    return warm_.model().describe();
}

void LocalAnswerer::watch(const AskContext& ask) {
    const Announcement announcement(warm_);
    const AskRequest& request = ask.question.asked;
    if (const int card = cardOf(request); card >= 0) {
        const CardMemoryLimit limit(card, request.maxMemoryBytes);
        watchAhead(ask, warm_);
        return;
    }
    // This thread waits meanwhile: what is warm stays with one at a time.
    runAtLowPriority([&] { watchAhead(ask, warm_); });
}

void LocalAnswerer::idle(const CancelToken& cancel) {
    std::string note;  // nobody is there to read it; the first answer says it
    warm_.features.store(note, cancel);
}

AnswerReport LocalAnswerer::answer(const AskContext& ask, std::string& said) {
    const Announcement announcement(warm_);
    const AskRequest& request = ask.question.asked;
    const CardMemoryLimit limit(cardOf(request), request.maxMemoryBytes);
    return answerQuestion(ask, warm_, said);
}

ComparisonReport LocalAnswerer::compare(const AskContext& ask, int rounds) {
    const Announcement announcement(warm_);
    const AskRequest& request = ask.question.asked;
    const CardMemoryLimit limit(cardOf(request), request.maxMemoryBytes);
    return compareQuestion(ask, rounds, warm_);
}

}  // namespace reelquery
