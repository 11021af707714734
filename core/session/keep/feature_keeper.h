#pragma once
// The features of the last video in memory and of earlier ones on disk, so that a second question
// encodes nothing.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/session/events.h"
#include "core/session/keep/feature_files.h"
#include "core/session/keep/pipeline_version.h"
#include "core/session/plan/planner.h"
#include "core/session/plan/run_speed.h"
#include "core/session/watch/video_features.h"

namespace reelquery {

/// Tells features apart: the video's content and the facts its pictures follow, the frames planned,
/// the model's files, number type and device, and the program. `modelFiles`: modelFilesId.
/// `pipeline`: another program's, for tests. Empty where the video cannot be read, which is then
/// said by whoever opens it.
std::string featureKey(const QuestionPlan& question, const std::string& modelFiles,
                       const std::string& pipeline = pipelineVersion());

/// One video's features, and its frames where the question before wanted them shown.
struct KeptFeatures {
    std::shared_ptr<const VideoFeatures> features;
    std::vector<FrameSeen> frames;  ///< empty, or all of them; pixels are shared with the window
};

/// Confined to the engine thread.
class FeatureKeeper {
  public:
    explicit FeatureKeeper(FeatureFiles files) : files_(std::move(files)) {}

    /// What memory holds under this key, or null. Valid until another call but bytes() and holds().
    KeptFeatures* find(const std::string& key);

    /// Whether memory or disk holds something under this key, and memory its frames too.
    KeptWork holds(const std::string& key) const;

    /// What the disk holds under this key, now in memory on `target`'s device, or null. `note`: see
    /// FeatureFiles.
    KeptFeatures* load(const std::string& key, const ComputeTarget& target, std::string& note);

    /// Keeps new features in memory in place of others, and on disk.
    void keep(std::string key, KeptFeatures features, std::string& note);

    /// Forgets what is in memory.
    void drop();

    /// Memory that drop() would free where nobody else holds it.
    std::int64_t bytes() const;

  private:
    FeatureFiles files_;
    std::string key_;  // of kept_
    KeptFeatures kept_;
};

}  // namespace reelquery
