#pragma once
// The features of the last videos in memory and of earlier ones on disk, so that a second question
// encodes nothing.

#include <cstddef>
#include <cstdint>
#include <list>
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

/// Of so many videos something is kept in memory, where there is room (WarmState::makeRoomFor): two
/// who ask in turn about different ones do not take it from each other.
inline constexpr std::size_t kMostKeptVideos = 4;

/// Confined to the engine thread. Features are kept at once and stored when their answer is done,
/// so that nobody waits for the disk before the first word. The video looked at last is the newest;
/// frames for the eye are kept of that one only.
class FeatureKeeper {
  public:
    explicit FeatureKeeper(FeatureFiles files) : files_(std::move(files)) {}

    /// What memory holds under this key, now the newest, or null. Valid until another call but the
    /// const ones.
    KeptFeatures* find(const std::string& key);

    /// Keys of what memory holds, the newest first.
    std::vector<std::string> keys() const;

    /// Whether frames of the newest are kept.
    bool hasFrames() const { return !kept_.empty() && !kept_.front().features.frames.empty(); }

    /// The disk's side.
    const FeatureFiles& files() const { return files_; }

    /// What the disk holds under this key, now in memory on `target`'s device, or null. `note` and
    /// errors: see FeatureFiles.
    KeptFeatures* load(const std::string& key, const ComputeTarget& target, std::string& note,
                       const CancelToken& cancel);

    /// Keeps new features in memory; beyond kMostKeptVideos the oldest go.
    void keep(std::string key, KeptFeatures features);

    /// Puts what is kept on disk unless it lies there or was refused there. A stop leaves that to a
    /// later call. `note` and errors: see FeatureFiles.
    void store(std::string& note, const CancelToken& cancel);

    /// Forgets what is in memory.
    void drop() { kept_.clear(); }

    /// Forgets the oldest but those under `spared`; false where there are none.
    bool dropOldest(const std::string& spared = {});

    /// Forgets the frames for the eye only.
    void dropFrames();

    /// Puts the newest's rows where a card's memory is not needed for them.
    void moveToHost();

    /// Memory of a card that drop() would free where nobody else holds it; without the rows under
    /// `spared`.
    std::int64_t cardRowBytes(const std::string& spared = {}) const;

    /// The same of the host's.
    std::int64_t hostRowBytes(const std::string& spared = {}) const;

    /// Memory of the host that dropFrames() would free where nobody else holds it.
    std::int64_t frameBytes() const;

  private:
    std::int64_t rowBytes(bool onCard, const std::string& spared) const;

    struct Kept {
        std::string key;
        KeptFeatures features;
        bool isStored = true;  // lies on disk, or will not
    };

    FeatureFiles files_;
    std::list<Kept> kept_;  // the newest first
};

}  // namespace reelquery
