#pragma once
// The features of the last video, so that a second question about it decodes and encodes nothing.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/session/events.h"
#include "core/session/loaded_model.h"
#include "core/session/planner.h"
#include "core/session/video_features.h"

namespace reelquery {

/// Tells features apart: the video's content, the frames planned, the model's files, number type
/// and device. Empty where the video cannot be read, which is then said by whoever opens it.
std::string featureKey(const QuestionPlan& question, const LoadedModel& model);

/// One video's features, and its frames where the question before wanted them shown.
struct KeptFeatures {
    std::shared_ptr<const VideoFeatures> features;
    std::vector<FrameSeen> frames;  ///< empty, or all of them; pixels are shared with the window
};

/// Confined to the engine thread.
class FeatureKeeper {
  public:
    /// What is kept under this key, or null. Valid until keep() or drop().
    const KeptFeatures* find(const std::string& key) const;

    void keep(std::string key, KeptFeatures features);
    void drop();

    /// Memory that drop() would free where nobody else holds it.
    std::int64_t bytes() const;

  private:
    std::string key_;
    KeptFeatures kept_;
};

}  // namespace reelquery
