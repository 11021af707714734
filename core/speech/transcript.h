#pragma once
// What was said, with its times.

#include <cstdint>
#include <string>
#include <vector>

#include "core/spec/model_config.h"

namespace reelquery {

/// One word. Its times lie on the sound's clock.
struct SpokenWord {
    std::string text;  ///< with the space before it
    double fromS = 0, toS = 0;
    double probability = 0;  ///< mean over its tokens
};

/// A sentence or a part of one: a line of subtitles.
struct SpokenSegment {
    double fromS = 0, toS = 0;    ///< on the sound's clock
    std::string text;             ///< as decoded, with the space before it; empty: nothing was said
    std::vector<TokenId> tokens;  ///< times included
    std::int64_t seek = 0;        ///< first frame (10 ms) of its window
    /// Of the window it comes from; see WindowAttempt.
    double temperature = 0, avgLogProb = 0, compressionRatio = 0, noSpeechProb = 0;
    std::vector<SpokenWord> words;  ///< where they were asked for
};

/// All that was said in a sound.
struct Transcript {
    std::string language;            ///< code, "en"
    double languageProbability = 0;  ///< 1 where it was given
    std::vector<SpokenSegment> segments;
};

}  // namespace reelquery
