#pragma once
// What a question will cost, as a value with its reasons: worked out once, read by everybody.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/run_options.h"

namespace reelquery {

/// A way to make a question fit that did not, with its cost.
struct PlanChoice {
    std::string what;  ///< "fewer frames", "smaller frames", "shorter range"; empty: none of them
    std::string flag;  ///< the same as command-line flags, e.g. "--frames 96"
    int frames = 0;
    std::int64_t videoTokens = 0;
    std::int64_t memoryBytes = 0;
    SamplingOptions sampling;  ///< what the flags stand for, with the two below
    std::string numbers = {};  ///< "weights in 4 bits"; empty: the model's stay as was asked
    WeightChoice weights = WeightChoice::kStored;
    KvChoice kv = KvChoice::kRun;

    /// "weights in 4 bits and fewer frames".
    std::string text() const {
        return numbers + (numbers.empty() || what.empty() ? "" : " and ") + what;
    }
};

/// How long a question should take, from what was measured on this machine before.
struct Forecast {
    double decodeS = 0;  ///< waited for frames, beside what decoding does unnoticed
    double encodeS = 0, prefillS = 0;
    double firstTokenS = 0;  ///< all of it until the first word
};

/// What a question will cost, before any work is done.
struct Plan {
    int frames = 0;
    int frameWidth = 0, frameHeight = 0;  ///< as the model sees them
    double fromS = 0, toS = 0;            ///< first and last wanted time
    std::int64_t videoTokens = 0;
    std::int64_t promptTokens = 0;  ///< estimate: video, time text, question and history
    std::int64_t weightBytes = 0;
    std::int64_t cacheBytes = 0;      ///< keys and values
    std::int64_t workBytes = 0;       ///< activations, features, frames that are shown
    std::int64_t featureBytes = 0;    ///< the video's features: of workBytes, or of hostBytes where
                                      ///< the card is short; and as much on disk
                                      ///< where features are kept
    std::int64_t availableBytes = 0;  ///< on the chosen device
    std::int64_t hostBytes = 0;  ///< of the machine's memory beside a card; 0 on a processor, where
                                 ///< everything is in the figures above
    std::int64_t hostAvailableBytes = 0;
    bool fits = true;
    std::string sentTo;          ///< "HOST:PORT" that the frames go to; empty: none leaves here
    bool isSentOpenly = false;   ///< without encryption, over a network
    std::int64_t sentBytes = 0;  ///< about, of the frames
    std::optional<Forecast> forecast;  ///< none before this machine was measured
    std::vector<PlanChoice> choices;   ///< filled when it does not fit
    std::vector<std::string> reasons;  ///< what the figures rest on and what decides, a line each

    /// Of the chosen device.
    std::int64_t memoryBytes() const { return weightBytes + cacheBytes + workBytes; }
};

}  // namespace reelquery
