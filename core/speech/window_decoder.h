#pragma once
// One window of 30 s, or several side by side, from what was heard to tokens, with the reference's
// fallbacks.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/speech/speech_decoder.h"

namespace reelquery {

class SpeechModel;

/// When a window is tried again, hotter, and when it is taken for silence. An unset bound is not
/// looked at.
struct FallbackRules {
    std::vector<double> temperatures = {0, 0.2, 0.4, 0.6, 0.8, 1};  ///< at least one
    std::optional<double> mostCompression = 2.4;                    ///< more repetitive: again
    std::optional<double> leastLogProb = -1.0;                      ///< less sure on average: again
    std::optional<double> mostNoSpeech = 0.6;                       ///< and unsure: silence
    std::uint64_t seed = 0;  ///< of the draws at temperatures above 0
};

/// One try at a window.
struct WindowAttempt {
    double temperature = 0;
    std::vector<TokenId> tokens;  ///< times included, without the end
    double avgLogProb = 0;        ///< a token, the end counted
    double compressionRatio = 0;
    double noSpeechProb = 0;
    bool again = false;  ///< it was not good enough, and a hotter one followed or would have
};

/// Every try at a window; the last one stands.
struct DecodedWindow {
    std::vector<WindowAttempt> attempts;

    const WindowAttempt& result() const { return attempts.back(); }

    /// True where nobody speaks, as far as the model can tell.
    bool isSilence(const FallbackRules& rules) const;
};

/// What a window's tokens follow.
struct WindowPrompt {
    std::string language{};  ///< code; ignored by English-only models
    bool translate = false;  ///< to English
    bool withTimes = true;
    std::vector<TokenId> previous{};  ///< what was said before; its last 223 are used
};

/// The tokens before the first new one.
std::vector<TokenId> promptTokens(const SpeechConfig& config, const WindowPrompt& prompt);

/// Windows side by side.
struct WindowBatch {
    SpeechCache heard;
    std::vector<std::vector<TokenId>> heads;  ///< promptTokens of each, all of one length
    std::vector<std::uint64_t> numbers;       ///< of each, for the draws
    bool withTimes = true;
};

/// Decodes every window, hotter where the rules ask for it. Errors: kCancelled (within a token).
std::vector<DecodedWindow> decodeWindows(const SpeechModel& model, const WindowBatch& batch,
                                         const FallbackRules& rules, const CancelToken& cancel);

/// Probabilities of config.ids.languages, in their order, for a window. Empty where the model is
/// English only.
std::vector<double> languageProbabilities(const SpeechModel& model, const SpeechCache& heard,
                                          const CancelToken& cancel);

}  // namespace reelquery
