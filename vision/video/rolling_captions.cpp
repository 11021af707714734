#include "vision/video/rolling_captions.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <utility>

namespace reelquery {

namespace {

/// Subtitles that people made stand a frame apart at the least; captions that scroll do not.
constexpr double kNoGapS = 0.02;
/// Captions scroll over few lines; without a limit two very long texts would be compared line by
/// line in every way.
constexpr std::size_t kMostScrollingLines = 8;

/// Whether `line` is `before` with more words behind it.
bool continues(const std::string& line, const std::string& before) {
    if (line.size() <= before.size() || !line.starts_with(before)) return false;
    const auto next = static_cast<unsigned char>(line[before.size()]);
    const auto last = static_cast<unsigned char>(before.back());
    return !(std::isalnum(next) && std::isalnum(last));  // "no" is not the start of "nobody"
}

/// How the lines of a subtitle follow those before it.
struct Overlap {
    std::size_t lines = 0;  ///< at the top that were there already
    bool isLonger = false;  ///< the last of them has grown
};

Overlap overlapOf(const ShownLines& before, const ShownLines& now) {
    if (before.size() > kMostScrollingLines) return {};
    for (std::size_t scrolled = 0; scrolled < before.size(); ++scrolled) {
        const std::size_t kept = before.size() - scrolled;
        if (kept > now.size()) continue;
        const auto first = before.begin() + static_cast<std::ptrdiff_t>(scrolled);
        if (!std::equal(first, before.end() - 1, now.begin())) continue;
        const std::string& last = now[kept - 1];
        if (last == before.back()) return {kept, false};
        if (continues(last, before.back())) return {kept, true};
    }
    return {};
}

class LineCollector {
  public:
    void add(const TimedLines& cue) {
        const bool follows = !cues_.empty() && cue.fromS <= untilS_ + kNoGapS;
        const Overlap overlap = follows ? overlapOf(shown_, cue.lines) : Overlap();
        if (overlap.isLonger) {
            const std::string& before = shown_.back();
            cues_.back().text += cue.lines[overlap.lines - 1].substr(before.size());
        }
        if (overlap.lines == cue.lines.size()) {
            cues_.back().toS = std::max(cues_.back().toS, cue.toS);
        } else {
            std::string text;
            for (std::size_t at = overlap.lines; at < cue.lines.size(); ++at) {
                if (!text.empty()) text += ' ';
                text += cue.lines[at];
            }
            cues_.push_back({cue.fromS, cue.toS, std::move(text)});
        }
        untilS_ = cue.toS;
        shown_ = cue.lines;
    }

    std::vector<SubtitleCue> take() { return std::move(cues_); }

  private:
    std::vector<SubtitleCue> cues_;
    ShownLines shown_;   // of the subtitle before
    double untilS_ = 0;  // that one's end
};

/// Takes out the layers of a styled track: the same words at the same time.
void dropLayers(std::vector<TimedLines>& cues) {
    std::stable_sort(cues.begin(), cues.end(), [](const TimedLines& a, const TimedLines& b) {
        return a.fromS < b.fromS;
    });
    std::vector<TimedLines> kept;
    std::map<ShownLines, std::size_t> atThisTime;  // place in kept
    for (TimedLines& cue : cues) {
        if (!kept.empty() && kept.back().fromS != cue.fromS) atThisTime.clear();
        const auto [known, isNew] = atThisTime.try_emplace(cue.lines, kept.size());
        if (isNew) {
            kept.push_back(std::move(cue));
        } else {
            kept[known->second].toS = std::max(kept[known->second].toS, cue.toS);
        }
    }
    cues = std::move(kept);
}

}  // namespace

std::vector<SubtitleCue> eachLineOnce(std::vector<TimedLines> cues) {
    dropLayers(cues);
    LineCollector collector;
    for (const TimedLines& cue : cues) collector.add(cue);
    return collector.take();
}

}  // namespace reelquery
