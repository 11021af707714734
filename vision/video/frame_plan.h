#pragma once
// Which frames to take and how large: pure decisions, no file is touched.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/run_options.h"
#include "vision/video/clip_range.h"
#include "vision/video/frame_size.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// One frame to be had.
struct WantedFrame {
    std::int64_t frameIndex = 0;  ///< the sampling rule's index, counted from the video's start
    double wantedS = 0;           ///< time of that frame
    bool takeKeyFrame = false;    ///< a key frame stands in for it
    /// Time of the frame that is taken; wantedS unless takeKeyFrame. A frame on show since before
    /// the range counts from the range's start.
    double takenS = 0;
    /// Its place in VideoInfo::index->frames; no meaning while the video has no index.
    std::size_t indexPosition = 0;
    std::int64_t rangeLast = 0;  ///< the last frame of the range it is wanted from
};

/// What sampling will do and what it costs in tokens.
struct FramePlan {
    SamplingOptions options;
    SamplingMode modeUsed = SamplingMode::kExact;  ///< kExact or kKeyframes, never kAuto
    std::vector<WantedFrame> wanted;               ///< an even number, in time order
    FrameSize size;                       ///< of every frame, multiples of options.tokenSide
    int gridT = 0, gridH = 0, gridW = 0;  ///< in patches: frame pairs, rows, columns
    std::int64_t tokens = 0;              ///< language-model tokens of the whole video
    double sampleFps = 0;                 ///< frames per second of video after sampling
    double secondPerGrid = 0;             ///< seconds of video per frame pair
    /// Frames the rule asked for before the token budget cut them down; equals wanted.size()
    /// otherwise.
    std::int64_t framesByRule = 0;
    /// True when wanted times come from the frames themselves. False: from the container's table
    /// or its duration; sampling then settles them when it reads the file.
    bool timesAreExact = false;
};

/// Number of frames the rule takes from a clip of `totalFrames` at averageFps: an even number, and
/// 2 for a clip of one frame (shown twice).
/// Requires: totalFrames >= 1, averageFps > 0. Errors: kUsage for options that make no sense.
std::int64_t sampledFrameCount(std::int64_t totalFrames, double averageFps,
                               const SamplingOptions& options);

/// Frames of all the clips together.
std::int64_t frameCount(const std::vector<ClipRange>& clips);

/// The rule's number for the clips together, but at least a pair from each.
/// Errors: kUsage for options that make no sense or an explicit number below that.
std::int64_t framesByRule(const std::vector<ClipRange>& clips, double averageFps,
                          const SamplingOptions& options);

/// `frames` shared out by the clips' lengths: even numbers, at least 2 each, that sum to `frames`.
/// Requires: frames even and at least 2 per clip.
std::vector<std::int64_t> sharedFrames(const std::vector<ClipRange>& clips, std::int64_t frames);

/// `count` indices spread evenly over [first, last], bit-equal to
/// torch.linspace(first, last, count).round() in float32.
std::vector<std::int64_t> sampledIndices(std::int64_t first, std::int64_t last, std::int64_t count);

/// Size of each frame when `frames` of them share the token budget.
/// Errors: kVideo for a picture of extreme shape.
FrameSize frameSizeFor(const VideoInfo& info, const SamplingOptions& options, std::int64_t frames);

/// Chooses frames, size and mode. Where frames come evenly these are the reference's, counted in
/// frames; elsewhere they are those on show at even times, see time_sampling.h. Where
/// options.within names stretches, frames come from those only: the rule's number for all of them
/// together, shared by length, at least a pair from each.
///
/// Mode kAuto takes key frames when at least nine in ten wanted times have a key frame of their own
/// within half a sampling step. In mode kKeyframes the remaining times are served exactly. No key
/// frame stands in for two times, and none from outside the range for one inside.
///
/// The token budget: frames shrink down to minTokensPerPair; where that is not enough a rate (fps)
/// gives way to fewer frames, while an explicit number of frames is refused with the numbers.
///
/// Errors: kUsage for options that make no sense, a range outside the video or a budget that cannot
/// be held; kVideo for a range that starts in the missing part of a file that was cut short.
FramePlan planFrames(const VideoInfo& info, const SamplingOptions& options);

/// A way to lower the cost, for a person to choose from.
struct PlanAlternative {
    std::string what;  ///< "fewer frames", "smaller frames", "shorter range"
    std::string flag;  ///< as command-line flags, e.g. "--frames 96"
    SamplingOptions options;
    std::int64_t frames = 0;
    FrameSize size;
    std::int64_t tokens = 0;
};

/// Ways to bring the video to at most maxTokens, best first: fewer frames of the size that
/// `options` gives, as many smaller frames, a shorter range at the same rate and size. Those that
/// cannot reach maxTokens are left out; empty when none can.
/// Errors: as planFrames, except for the budget.
std::vector<PlanAlternative> proposeAlternatives(const VideoInfo& info,
                                                 const SamplingOptions& options,
                                                 std::int64_t maxTokens);

}  // namespace reelquery
