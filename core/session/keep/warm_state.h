#pragma once
// What the engine keeps between questions: the model, the features and the subtitles of the last
// video, the keys and values of the last prompt's beginning, and what was measured on this machine.

#include <memory>

#include "core/base/cancel.h"
#include "core/session/events.h"
#include "core/session/keep/feature_keeper.h"
#include "core/session/keep/loaded_model.h"
#include "core/session/keep/prefix_keeper.h"
#include "core/session/plan/measurements.h"
#include "core/session/watch/subtitles.h"

namespace reelquery {

/// Confined to the engine thread.
class WarmState {
  public:
    explicit WarmState(const SessionStorage& storage);

    /// Works a question out as planQuestion does, with a forecast where enough was measured: what
    /// is kept of the video and of the last prompt's beginning costs nothing again. Errors: as
    /// planQuestion.
    QuestionPlan plan(const AskRequest& request, const CancelToken& cancel) const;

    /// Makes model() the chosen one; another one is freed first with all that belongs to it.
    /// Returns the seconds spent loading, 0 when it was there. Errors: as LoadedModel.
    double useModel(const ModelChoice& choice, const ByteProgress& progress,
                    const CancelToken& cancel);

    /// Requires useModel.
    const LoadedModel& model() const { return *model_; }

    /// Frees what does not fit beside a question that needs all its memory for itself.
    void makeRoomFor(const Plan& plan);

    /// Memory of the device `asked` for that is held for a question to use or to free. Errors: as
    /// resolveDevice().
    std::int64_t heldBytes(DeviceKind asked) const;

    FeatureKeeper features;
    PrefixKeeper prefix;
    Measurements measurements;
    SubtitleKeeper subtitles;

  private:
    KeptWork keptOf(const QuestionPlan& question, const AskRequest& request) const;

    std::unique_ptr<LoadedModel> model_;
};

}  // namespace reelquery
