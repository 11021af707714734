#pragma once
// The subtitles of a video: which there are, how much they take, what was read last.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/answer/said_lines.h"
#include "core/base/cancel.h"
#include "core/base/run_options.h"
#include "core/model/prompt_builder.h"
#include "core/session/events.h"
#include "vision/video/subtitle_ranking.h"
#include "vision/video/subtitle_reader.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// Every source of a video, the one that is used first in front: what holds all that is said before
/// parts of it (forced, commentary), files beside the video before tracks in it, the plain name and
/// the default track before others, then by language. `preferred`: see preferredLanguages.
std::vector<SubtitleSource> subtitleSources(
    const VideoInfo& video, const std::vector<std::string>& preferred = preferredLanguages());

/// The source a request means: its file, else the video's first; none where subtitles are off or
/// there are none.
std::optional<SubtitleSource> chosenSubtitles(const SubtitleOptions& options,
                                              const VideoInfo& video);

/// About how many tokens they will take, without reading a track: a guess that is rather too high.
/// `coveredS`: seconds of video the question is about. `hasWords`: the model's vocabulary has
/// words; without, every byte may be a token. `budget`: see subtitleBudget.
std::int64_t estimatedSubtitleTokens(const SubtitleSource& source, double coveredS, bool hasWords,
                                     std::int64_t budget);

/// The same for lines that are known, of which those count that touch the covered stretch.
std::int64_t countedSubtitleTokens(const SubtitleText& text, double fromS, double coveredS,
                                   std::int64_t budget);

/// The last subtitles read, so that a second question does not read a long file through again.
/// Confined to the engine thread.
class SubtitleKeeper {
  public:
    /// videoId: exactContentId of the video. Valid until the next call. Errors: as
    /// readSubtitleFile.
    const SubtitleText& read(const SubtitleSource& source, const VideoInfo& video,
                             const std::string& videoId, const CancelToken& cancel);

  private:
    std::string key_;
    SubtitleText text_;
};

}  // namespace reelquery
