#pragma once
// What is warm, as values: all that planning has to know of it, so that a plan waits for nobody.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/session/keep/feature_files.h"
#include "core/session/plan/measurements.h"
#include "core/session/plan/planner.h"
#include "core/session/session.h"

namespace reelquery {

/// The model in memory.
struct WarmModel {
    ModelChoice choice;  ///< as it was asked for
    ComputeTarget target;
    std::string filesId;  ///< modelFilesId, as it was when it was loaded; empty while it is loaded
    std::int64_t anonymousBytes = 0;  ///< LoadedModel::anonymousBytes; while it is loaded, at most

    /// Whether `asked` leads to it on this machine, however it is spelled: kAuto may be what
    /// another request names. Errors: as resolveDevice().
    bool isMeantBy(const ModelChoice& asked) const;
};

/// A prompt's beginning whose keys and values are kept.
struct WarmPrefix {
    std::string features;  ///< key of its video's
    AttentionOptions attention;
    std::int64_t tokens = 0;
};

/// A copy of what WarmState held at one moment. Immutable once made; any thread may read it.
struct WarmSummary {
    std::optional<WarmModel> model;
    std::vector<std::string> features;  ///< keys of those in memory, the newest first
    bool hasFrames = false;             ///< of the newest
    std::int64_t rowBytes = 0;          ///< on the model's device
    std::int64_t hostRowBytes = 0;      ///< beside a card
    std::int64_t frameBytes = 0;
    std::vector<WarmPrefix> prefixes;
    std::int64_t prefixBytes = 0;
    /// What a running request may hold beside all that, and will have given back by the time the
    /// planned one runs; of the model's device.
    std::int64_t passingBytes = 0;
    FeatureFiles files{{}, 0};
    std::shared_ptr<const Measurements> measurements;
};

/// Works a question out as planQuestion does, with a forecast where enough was measured: what is
/// kept of the video and of the last prompt's beginning costs nothing again. Thread: any.
/// Errors: as planQuestion; kCancelled.
QuestionPlan planWith(const WarmSummary& warm, const Question& asked, const CancelToken& cancel);

}  // namespace reelquery
