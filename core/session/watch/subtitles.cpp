#include "core/session/watch/subtitles.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/base/content_id.h"
#include "vision/video/subtitle_files.h"

namespace reelquery {

namespace {

/// Fast speech, with a line's clock: what a track holds at the most, as a rule.
constexpr double kTokensPerSpokenSecond = 6;
/// Bytes of a subtitle file a token stands for; time stamps of the file make it rather too high.
constexpr std::int64_t kFileBytesPerToken = 3;
/// 25 letters a second, and the clock of a line every second or two: what it holds where every byte
/// may be a token.
constexpr double kBytesPerSpokenSecond = 36;

}  // namespace

std::vector<SubtitleSource> subtitleSources(const VideoInfo& video,
                                            const std::vector<std::string>& preferred) {
    struct Ranked {
        SubtitleSource source;
        bool isOther = false;  // neither the plain name nor the default track
        int language = 0;
    };

    std::vector<Ranked> ranked;
    for (const SubtitleFile& file : subtitleFilesBeside(video.path)) {
        ranked.push_back({{file.path, -1, file.language, saysPartOnly(file.language)},
                          !file.language.empty(),
                          languageRank(file.language, preferred)});
    }
    for (const SubtitleTrack& track : video.subtitles) {
        if (!track.isText) continue;
        ranked.push_back({{{}, track.streamIndex, track.language, track.isPartial},
                          !track.isDefault,
                          languageRank(track.language, preferred)});
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
        const auto place = [](const Ranked& one) {
            return std::make_tuple(one.source.isPartial, one.source.stream >= 0, one.isOther,
                                   one.language);
        };
        return place(a) < place(b);
    });
    std::vector<SubtitleSource> sources;
    for (Ranked& one : ranked) sources.push_back(std::move(one.source));
    return sources;
}

std::optional<SubtitleSource> chosenSubtitles(const SubtitleOptions& options,
                                              const VideoInfo& video) {
    if (options.use == SubtitleUse::kOff) return std::nullopt;
    if (!options.file.empty()) return SubtitleSource{options.file, -1, {}, false};
    const std::vector<SubtitleSource> sources = subtitleSources(video);
    return sources.empty() ? std::nullopt : std::optional(sources.front());
}

std::int64_t estimatedSubtitleTokens(const SubtitleSource& source, double coveredS, bool hasWords,
                                     std::int64_t budget) {
    const double perSecond = hasWords ? kTokensPerSpokenSecond : kBytesPerSpokenSecond;
    auto tokens = static_cast<std::int64_t>(std::ceil(coveredS * perSecond));
    if (source.stream < 0 && !source.file.empty()) {
        std::error_code unknown;
        const auto bytes = std::filesystem::file_size(source.file, unknown);
        if (!unknown)
            tokens = static_cast<std::int64_t>(bytes) / (hasWords ? kFileBytesPerToken : 1);
    }
    return std::min(tokens, budget);
}

std::int64_t countedSubtitleTokens(const SubtitleText& text, double fromS, double coveredS,
                                   std::int64_t budget) {
    constexpr std::int64_t kBytesPerToken = 2;  // of words alone; rather too high
    std::int64_t tokens = 0;
    for (const SubtitleCue& cue : text.cues) {
        if (cue.toS < fromS || cue.fromS > fromS + coveredS) continue;
        tokens += kClockTokens + static_cast<std::int64_t>(cue.text.size()) / kBytesPerToken;
    }
    return std::min(tokens, budget);
}

const SubtitleText& SubtitleKeeper::read(const SubtitleSource& source, const VideoInfo& video,
                                         const std::string& videoId, const CancelToken& cancel) {
    const bool isFile = source.stream < 0;
    const std::string key = videoId + std::to_string(source.stream) +
                            (isFile ? contentId(source.file) + source.file.string() : "");
    if (key == key_) return text_;
    key_.clear();
    text_ = isFile ? readSubtitleFile(source.file, cancel)
                   : readSubtitleTrack(video, source.stream, cancel);
    key_ = key;
    return text_;
}

}  // namespace reelquery
