#pragma once
// A question as a value: made once, read by everything that follows.

#include <memory>
#include <optional>
#include <string>

#include "core/answer/ask_request.h"
#include "vision/video/frame_plan.h"
#include "vision/video/subtitle_reader.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// What is asked about which frames of which video. No pixels: those come as a stream, see
/// frame_stream.h. Immutable once made; any thread may read it.
struct Question {
    AskRequest asked;  ///< words, system prompt, earlier turns and all choices
    VideoInfo video;
    std::string videoId;       ///< exactContentId of the video, read once for all who tell it apart
    SamplingOptions sampling;  ///< the request's, moved to what the model recommends
    AttentionOptions attention;  ///< the request's, with the model's threshold if it has none
    FramePlan frames;            ///< range, times and size of the frames
    std::optional<SubtitleSource> subtitles;  ///< that go into the prompt
    /// Their lines, where they were made from speech or sent along; null where nothing was heard
    /// yet and for all others.
    std::shared_ptr<const SubtitleText> heard = {};
    int doubtfulLines = 0;  ///< of those, what the speech model was not sure of
};

}  // namespace reelquery
