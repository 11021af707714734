#include "core/speech/word_sound.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/speech/speech_config.h"

namespace reelquery {

namespace {

constexpr std::int64_t kBands = 80;
constexpr double kLevelsPerSecond = 100;
constexpr std::int64_t kCachedFrames = 1000;
constexpr std::size_t kMostBlocks = 12;  // a line of 30 s and what is near it, twice
constexpr float kDeepestDb = 60;         // below a line's loudest all is silence
// What is heard without the voice: the pauses this near, less a margin beside what is said.
constexpr double kNearS = 8, kMarginS = 0.1, kLeastPauseS = 0.3;
constexpr double kUnderVoice = 0.9;  // the level below which a band is for this share of them
/// Where there are no pauses: the quietest tenth of what is this near, and how far noise rises.
constexpr double kAroundS = 1.5, kQuietest = 0.1;
constexpr float kNoiseDb = 5;
constexpr float kLeastDb = 1.5F;  // of what stands out, on the average of all bands
constexpr float kShare = 0.25F;   // of the word's loudest
constexpr std::int64_t kPauseFrames = 20;
constexpr double kFurthestS = 0.7;  // to look for a pause beside a line's ends
// A word this short for its letters, beside one that has this many times as much.
constexpr double kShortLetterS = 0.035, kUnequal = 3;

using Bands = std::array<float, kBands>;

std::int64_t frameAt(double seconds) {
    return std::llround(seconds * kLevelsPerSecond);
}

/// Decibels of every 10 ms over 30 ms, made in blocks where they are asked for.
class Levels {
  public:
    Levels(SoundView sound, const CancelToken& cancel)
        : sound_(sound), cancel_(cancel), mel_(kBands, {}) {}

    std::int64_t count() const { return LogMel::frames(sound_); }

    /// Valid until the next call.
    const float* at(std::int64_t frame) {
        const std::int64_t block = frame / kCachedFrames;
        auto found = blocks_.find(block);
        if (found == blocks_.end()) {
            throwIfCancelled(cancel_);
            if (blocks_.size() >= kMostBlocks) blocks_.erase(blocks_.begin());
            found = blocks_.emplace(block, make(block * kCachedFrames)).first;
        }
        return found->second.const_data_ptr<float>() + (frame - block * kCachedFrames) * kBands;
    }

  private:
    at::Tensor make(std::int64_t first) const {
        const c10::InferenceMode inference;
        const std::int64_t end = std::min(first + kCachedFrames, count());
        const std::int64_t from = std::max<std::int64_t>(first - 1, 0);
        const std::int64_t to = std::min(end + 1, count());
        const at::Tensor power = at::pow(10, mel_.energies(sound_, from, to - from));
        const at::Tensor padded = at::constant_pad_nd(power, {from == first, to == end});
        return padded.unfold(1, 3, 1).mean(-1).log10_().mul_(10).t().contiguous();
    }

    const SoundView sound_;
    const CancelToken& cancel_;
    const LogMel mel_;
    std::map<std::int64_t, at::Tensor> blocks_;  // [frames, kBands]
};

/// How loud each band is for a share of the frames. frames: not empty.
Bands levelsBelow(Levels& levels, const std::vector<std::int64_t>& frames, double share) {
    std::vector<std::vector<float>> values(kBands);
    for (const std::int64_t frame : frames) {
        const float* level = levels.at(frame);
        for (std::size_t band = 0; band < kBands; ++band) values[band].push_back(level[band]);
    }
    const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(frames.size() - 1));
    Bands below{};
    for (std::size_t band = 0; band < kBands; ++band) {
        auto& column = values[band];
        std::nth_element(column.begin(), column.begin() + rank, column.end());
        below[band] = column[static_cast<std::size_t>(rank)];
    }
    return below;
}

/// What a segment's words were aligned with.
struct Span {
    double fromS = 0, toS = 0;
};

/// Frames near the k-th span in which no span lies.
std::vector<std::int64_t> pausesNear(const std::vector<Span>& spans, std::size_t k,
                                     std::int64_t count) {
    const std::int64_t from = std::max<std::int64_t>(0, frameAt(spans[k].fromS - kNearS));
    const std::int64_t to = std::min(count, frameAt(spans[k].toS + kNearS));
    std::vector<bool> isSaid(static_cast<std::size_t>(std::max<std::int64_t>(0, to - from)));
    const auto mark = [&](const Span& span) {
        const std::int64_t first = std::max(from, frameAt(span.fromS - kMarginS));
        const std::int64_t end = std::min(to, frameAt(span.toS + kMarginS));
        for (std::int64_t i = first; i < end; ++i)
            isSaid[static_cast<std::size_t>(i - from)] = true;
        return first < end;
    };
    mark(spans[k]);
    for (std::size_t i = k; i > 0 && mark(spans[i - 1]);) --i;
    for (std::size_t i = k + 1; i < spans.size() && mark(spans[i]);) ++i;
    std::vector<std::int64_t> frames;
    for (std::int64_t i = from; i < to; ++i) {
        if (!isSaid[static_cast<std::size_t>(i - from)]) frames.push_back(i);
    }
    return frames;
}

/// The level of each band that a voice has to rise above.
Bands underVoice(Levels& levels, const std::vector<Span>& spans, std::size_t k) {
    std::vector<std::int64_t> frames = pausesNear(spans, k, levels.count());
    if (frames.size() >= static_cast<std::size_t>(frameAt(kLeastPauseS))) {
        return levelsBelow(levels, frames, kUnderVoice);
    }
    frames.clear();
    const std::int64_t to = std::min(levels.count(), frameAt(spans[k].toS + kAroundS));
    for (auto i = std::max<std::int64_t>(0, frameAt(spans[k].fromS - kAroundS)); i < to; ++i) {
        frames.push_back(i);
    }
    Bands below = levelsBelow(levels, frames, kQuietest);
    for (float& level : below) level += kNoiseDb;
    return below;
}

/// How far each frame from `first` on stands out, on the average of all bands.
struct Voice {
    std::int64_t first = 0;
    std::vector<float> out;

    std::int64_t end() const { return first + static_cast<std::int64_t>(out.size()); }

    float at(std::int64_t frame) const { return out[static_cast<std::size_t>(frame - first)]; }
};

Voice voiceIn(Levels& levels, Bands under, std::int64_t first, std::int64_t end) {
    float loudest = -1000;
    for (std::int64_t i = first; i < end; ++i) {
        const float* level = levels.at(i);
        loudest = std::max(loudest, *std::max_element(level, level + kBands));
    }
    for (float& level : under) level = std::max(level, loudest - kDeepestDb);
    Voice voice{first, {}};
    for (std::int64_t i = first; i < end; ++i) {
        const float* level = levels.at(i);
        float sum = 0;
        for (std::size_t band = 0; band < kBands; ++band) {
            sum += std::max(0.0F, level[band] - under[band]);
        }
        voice.out.push_back(sum / kBands);
    }
    return voice;
}

/// Walks from `peak` by `step` until nothing stands out for a pause, or to `limit`; the last frame
/// that does, and whether a pause was met.
std::pair<std::int64_t, bool> walk(const Voice& voice, std::int64_t peak, int step,
                                   std::int64_t limit, float leastDb) {
    std::int64_t last = peak, quiet = 0;
    for (std::int64_t i = peak + step; step > 0 ? i < limit : i >= limit; i += step) {
        quiet = voice.at(i) >= leastDb ? 0 : quiet + 1;
        if (quiet == 0) last = i;
        if (quiet == kPauseFrames) return {last, true};
    }
    return {last, false};
}

/// Where a word's voice is between two frames. [from, to) holds its loudest moment, [lowest,
/// highest) all that may be its own. A border without a pause is pulled in where it is quiet up to
/// there, and else stays.
FrameRange voiceOf(const Voice& voice, FrameRange word, std::int64_t lowest, std::int64_t highest) {
    const std::int64_t from = std::clamp(word.from, voice.first, voice.end());
    const std::int64_t to = std::clamp(word.to, from, voice.end());
    if (to <= from) return word;
    const auto begin = voice.out.begin() + (from - voice.first);
    const auto loudest = std::max_element(begin, begin + (to - from));
    if (*loudest < 2 * kLeastDb) return word;
    const float leastDb = std::max(kLeastDb, kShare * *loudest);
    const std::int64_t peak = from + (loudest - begin);
    const auto [first, hasPauseBefore] =
        walk(voice, peak, -1, std::max(lowest, voice.first), leastDb);
    const auto [last, hasPauseBehind] =
        walk(voice, peak, 1, std::min(highest, voice.end()), leastDb);
    return {hasPauseBefore || first > word.from ? first : word.from,
            hasPauseBehind || last + 1 < word.to ? last + 1 : word.to};
}

/// How many letters a word has, other than marks.
int letters(const std::string& text) {
    int count = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool isLetter = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                              (byte >= 'a' && byte <= 'z') || byte >= 0xC0;
        count += isLetter ? 1 : 0;
    }
    return std::max(count, 1);
}

/// The part of two times in which anything stands out; both where nothing does.
Span heardPart(const Voice& voice, Span span) {
    const std::int64_t from = std::clamp(frameAt(span.fromS), voice.first, voice.end());
    const std::int64_t to = std::clamp(frameAt(span.toS), from, voice.end());
    if (to <= from) return span;
    const auto begin = voice.out.begin() + (from - voice.first), end = begin + (to - from);
    const float loudest = *std::max_element(begin, end);
    if (loudest < 2 * kLeastDb) return span;
    const auto isHeard = [leastDb = std::max(kLeastDb, kShare * loudest)](float out) {
        return out >= leastDb;
    };
    const std::int64_t first = from + (std::find_if(begin, end, isHeard) - begin);
    auto behind = end;
    while (!isHeard(*(behind - 1))) --behind;
    return {std::max(span.fromS, static_cast<double>(first) / kLevelsPerSecond),
            std::min(span.toS, static_cast<double>(from + (behind - begin)) / kLevelsPerSecond)};
}

void shareOut(std::vector<SpokenWord>& words, const Voice& voice) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        SpokenWord &a = words[i], &b = words[i + 1];
        if (a.toS != b.fromS) continue;
        const int lettersA = letters(a.text), lettersB = letters(b.text);
        const double letterA = (a.toS - a.fromS) / lettersA, letterB = (b.toS - b.fromS) / lettersB;
        const double least = std::min(letterA, letterB), most = std::max(letterA, letterB);
        if (least >= kShortLetterS || most <= kUnequal * least) continue;
        const Span both = heardPart(voice, {a.fromS, b.toS});
        a.fromS = both.fromS;
        b.toS = both.toS;
        a.toS = b.fromS = both.fromS + (both.toS - both.fromS) * lettersA / (lettersA + lettersB);
    }
}

bool endsWithMark(const std::string& text) {
    static constexpr std::string_view marks[] = {",",
                                                 ".",
                                                 "?",
                                                 "!",
                                                 ";",
                                                 ":",
                                                 "\xE3\x80\x81",
                                                 "\xE3\x80\x82",
                                                 "\xEF\xBC\x8C",
                                                 "\xEF\xBC\x9F",
                                                 "\xEF\xBC\x81"};
    return std::any_of(std::begin(marks), std::end(marks),
                       [&](std::string_view mark) { return text.ends_with(mark); });
}

void placeWordsOf(std::vector<SpokenWord>& words, const Voice& voice) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool isFirst = i == 0, isLast = i + 1 == words.size();
        const bool isBehindMark = !isFirst && endsWithMark(words[i - 1].text);
        const bool isBeforeMark = !isLast && endsWithMark(words[i].text);
        if (!isFirst && !isLast && !isBehindMark && !isBeforeMark) continue;
        const FrameRange word{frameAt(words[i].fromS), frameAt(words[i].toS)};
        const FrameRange heard =
            voiceOf(voice, word, isFirst ? voice.first : word.from, isLast ? voice.end() : word.to);
        const bool movesFrom =
            isFirst ? heard.from != word.from : isBehindMark && heard.from > word.from;
        const bool movesTo = isLast ? heard.to != word.to : isBeforeMark && heard.to < word.to;
        if (movesFrom) words[i].fromS = static_cast<double>(heard.from) / kLevelsPerSecond;
        if (movesTo) words[i].toS = static_cast<double>(heard.to) / kLevelsPerSecond;
        words[i].toS = std::max(words[i].toS, words[i].fromS);
    }
}

}  // namespace

void placeInSound(std::vector<SpokenSegment>& segments, SoundView sound,
                  const CancelToken& cancel) {
    std::vector<SpokenSegment*> spoken;
    std::vector<Span> spans;
    for (SpokenSegment& segment : segments) {
        if (segment.words.empty()) continue;
        spoken.push_back(&segment);
        spans.push_back({segment.words.front().fromS, segment.words.back().toS});
    }
    Levels levels(sound, cancel);
    if (levels.count() == 0) return;
    double beforeS = 0;  // the end of the segment before
    for (std::size_t k = 0; k < spoken.size(); ++k) {
        SpokenSegment& segment = *spoken[k];
        const double behindS = k + 1 < spans.size()
                                   ? spans[k + 1].fromS
                                   : static_cast<double>(levels.count()) / kLevelsPerSecond;
        const auto last = levels.count();
        const auto first = std::clamp<std::int64_t>(
            frameAt(std::max(beforeS, spans[k].fromS - kFurthestS)), 0, last);
        const auto end = std::clamp<std::int64_t>(
            frameAt(std::min(behindS, spans[k].toS + kFurthestS)), 0, last);
        const bool beginsWithWord = segment.fromS == spans[k].fromS;
        const bool endsWithWord = segment.toS == spans[k].toS;
        if (first < end) {
            const Voice voice = voiceIn(levels, underVoice(levels, spans, k), first, end);
            shareOut(segment.words, voice);
            placeWordsOf(segment.words, voice);
        }
        if (beginsWithWord) segment.fromS = segment.words.front().fromS;
        if (endsWithWord) segment.toS = segment.words.back().toS;
        beforeS = segment.words.back().toS;
    }
}

}  // namespace reelquery
