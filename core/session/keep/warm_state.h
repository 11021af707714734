#pragma once
// What the engine keeps between questions: the model, the features of the last videos and the
// subtitles of the last one, the keys and values of the last prompts' beginnings, and what was
// measured on this machine.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/cancel.h"
#include "core/session/events.h"
#include "core/session/keep/feature_keeper.h"
#include "core/session/keep/loaded_model.h"
#include "core/session/keep/prefix_keeper.h"
#include "core/session/keep/warm_summary.h"
#include "core/session/plan/measurements.h"
#include "core/session/watch/subtitles.h"

namespace reelquery {

/// Confined to the thread that owns the model. Others see the summaries it announces.
class WarmState {
  public:
    /// announce: gets a summary whenever something that planning goes by has changed.
    explicit WarmState(const SessionStorage& storage,
                       std::function<void(WarmSummary)> announce = {});

  private:
    // First, so that it goes last: a cache's captured decoding step must not outlive its model.
    std::unique_ptr<LoadedModel> model_;
    std::optional<WarmModel> loading_;  // what model_ will be
    std::function<void(WarmSummary)> announce_;

  public:
    FeatureKeeper features;
    PrefixKeeper prefix;
    Measurements measurements;
    SubtitleKeeper subtitles;

    /// Makes model() the chosen one; another one is freed first with all that belongs to it.
    /// Returns the seconds spent loading, 0 when it was there. Errors: as LoadedModel.
    double useModel(const ModelChoice& choice, const ByteProgress& progress,
                    const CancelToken& cancel);

    /// Requires useModel.
    const LoadedModel& model() const { return *model_; }

    /// The model's tower, which may have to be loaded again. Requires useModel. Errors: kMemory,
    /// kCancelled.
    const VisionTower& tower(const CancelToken& cancel) { return model_->visionTower(cancel); }

    /// Gives its memory back; see MemoryNeed::isTowerReleased.
    void releaseTower() { model_->releaseTower(); }

    /// What of a question's own memory is kept already, and so is part of its plan.
    struct Own {
        std::string features;                  ///< their key; empty: none
        const PrefixOrigin* prefix = nullptr;  ///< null: none
    };

    /// Frees what does not fit beside a question that needs its plan's memory, the oldest first.
    /// More than a quarter of what may be used is not held beside it: other programs want some,
    /// too.
    void makeRoomFor(const Plan& plan, const Own& own);

    /// passingBytes: as WarmSummary's.
    WarmSummary summary(std::int64_t passingBytes = 0) const;

    /// Hands a summary out to those who plan meanwhile.
    void announce(std::int64_t passingBytes = 0) const;

  private:
    std::optional<WarmModel> warmModel() const;
};

}  // namespace reelquery
