#include "core/speech/word_placement.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "core/speech/speech_config.h"

namespace reelquery {

namespace {

constexpr double kLongestMedianS = 0.7;
constexpr double kApartS = 0.5;  // a word and a segment this far apart are left alone
constexpr std::string_view kSentenceEnds = ".。!！?？";

bool endsSentence(const AlignedWord& word) {
    return kSentenceEnds.find(word.text) != std::string_view::npos;
}

double medianSpanS(const std::vector<AlignedWord>& words) {
    std::vector<double> spans;
    for (const AlignedWord& word : words) {
        if (word.toS != word.fromS) spans.push_back(word.toS - word.fromS);
    }
    if (spans.empty()) return 0;
    std::sort(spans.begin(), spans.end());
    const std::size_t half = spans.size() / 2;
    const double median = spans.size() % 2 == 1 ? spans[half] : (spans[half - 1] + spans[half]) / 2;
    return std::min(kLongestMedianS, median);
}

/// To 10 ms, from the decimal digits as the reference does it.
double toCentiseconds(double seconds) {
    char digits[64];
    std::snprintf(digits, sizeof digits, "%.2f", seconds);
    return std::strtod(digits, nullptr);
}

/// What a long pause did to the first words behind it.
void shortenAfterPause(std::vector<SpokenWord>& words, double lastSpeechS, double medianS) {
    const double longestS = 2 * medianS;
    SpokenWord& first = words[0];
    const bool secondIsLate = words.size() > 1 && words[1].toS - first.fromS > 2 * longestS;
    if (first.toS - lastSpeechS <= 4 * medianS ||
        !(first.toS - first.fromS > longestS || secondIsLate)) {
        return;
    }
    if (words.size() > 1 && words[1].toS - words[1].fromS > longestS) {
        first.toS = words[1].fromS = std::max(words[1].toS / 2, words[1].toS - longestS);
    }
    first.fromS = std::max(0.0, first.toS - longestS);
}

}  // namespace

void placeWords(std::vector<SpokenSegment>& segments, std::vector<AlignedWord> words,
                std::int64_t seek, TokenId endOfText, double& lastSpeechS) {
    const double medianS = medianSpanS(words), longestS = 2 * medianS;
    for (std::size_t i = 1; medianS > 0 && i < words.size(); ++i) {
        if (words[i].toS - words[i].fromS <= longestS) continue;
        if (endsSentence(words[i])) {
            words[i].toS = words[i].fromS + longestS;
        } else if (endsSentence(words[i - 1])) {
            words[i].fromS = words[i].toS - longestS;
        }
    }
    mergeMarks(words);
    const double offsetS = static_cast<double>(seek * kFrameSamples) / kSpeechRate;
    double speechS = lastSpeechS;
    std::size_t next = 0;
    for (SpokenSegment& segment : segments) {
        const auto textTokens =
            static_cast<std::size_t>(std::count_if(segment.tokens.begin(), segment.tokens.end(),
                                                   [&](TokenId id) { return id < endOfText; }));
        std::vector<SpokenWord> mine;
        for (std::size_t taken = 0; next < words.size() && taken < textTokens; ++next) {
            const AlignedWord& word = words[next];
            if (!word.text.empty()) {
                mine.push_back({word.text, toCentiseconds(offsetS + word.fromS),
                                toCentiseconds(offsetS + word.toS), word.probability});
            }
            taken += word.tokens.size();
        }
        if (!mine.empty()) {
            shortenAfterPause(mine, speechS, medianS);
            SpokenWord& first = mine.front();
            if (segment.fromS < first.toS && segment.fromS - kApartS > first.fromS) {
                first.fromS = std::max(0.0, std::min(first.toS - medianS, segment.fromS));
            } else {
                segment.fromS = first.fromS;
            }
            SpokenWord& last = mine.back();
            if (segment.toS > last.fromS && segment.toS + kApartS < last.toS) {
                last.toS = std::max(last.fromS + medianS, segment.toS);
            } else {
                segment.toS = last.toS;
            }
            speechS = segment.toS;
        }
        segment.words = std::move(mine);
    }
    // With the last word the window is done; where there is none, with its last segment.
    for (const SpokenSegment& segment : segments) {
        if (!segment.words.empty()) lastSpeechS = segment.words.back().toS;
    }
    const bool hasWords = std::any_of(segments.begin(), segments.end(),
                                      [](const SpokenSegment& s) { return !s.words.empty(); });
    if (!hasWords && !segments.empty()) lastSpeechS = segments.back().toS;
}

}  // namespace reelquery
