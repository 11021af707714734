#include "core/speech/inventions.h"

#include <string>

#include "core/speech/token_text.h"

namespace reelquery {

namespace {

constexpr double kUnlikely = -1.0;  // the reference's bound for another try
constexpr double kSilent = 0.6;     // and its bound for silence
constexpr double kRepetitive = 2.4;
constexpr double kHot = 0.75;
constexpr int kEqualLinesKept = 2;

}  // namespace

bool isDoubtful(const SpokenSegment& segment) {
    return segment.avgLogProb < kUnlikely || segment.noSpeechProb > kSilent ||
           segment.temperature > kHot;
}

int dropInventions(std::vector<SpokenSegment>& segments) {
    std::vector<SpokenSegment> kept;
    std::string last;
    int equal = 0, dropped = 0;
    for (SpokenSegment& segment : segments) {
        const std::string text = stripped(segment.text);
        if (text.empty()) continue;
        equal = text == last ? equal + 1 : 1;
        last = text;
        const bool isStutter =
            segment.noSpeechProb > kSilent && segment.compressionRatio > kRepetitive;
        if (equal > kEqualLinesKept || isStutter) {
            ++dropped;
        } else {
            kept.push_back(std::move(segment));
        }
    }
    segments = std::move(kept);
    return dropped;
}

}  // namespace reelquery
