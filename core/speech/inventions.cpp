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

/// False where there are marks only, which models write for hiss: ". . ."
bool holdsWords(const std::string& text) {
    static const std::string ellipsis = "\xE2\x80\xA6";
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.compare(at, ellipsis.size(), ellipsis) == 0) {
            at += ellipsis.size() - 1;
            continue;
        }
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
            (byte >= 'a' && byte <= 'z')) {
            return true;
        }
    }
    return false;
}

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
        if (!holdsWords(text)) continue;
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
