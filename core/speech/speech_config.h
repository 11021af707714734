#pragma once
// What a Whisper checkpoint says of itself, as plain, checked values.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/spec/model_config.h"

namespace reelquery {

class Tokenizer;

/// A spoken language the model can name.
struct SpokenLanguage {
    std::string code;  ///< "en", "de", "he", "jw": today's codes, whatever the file's age
    TokenId id = -1;
};

/// The control tokens. They move by one between English-only models and those of 99 or 100
/// languages, so none of them is a constant.
struct SpeechIds {
    TokenId endOfText = -1, startOfTranscript = -1;
    TokenId translate = -1, transcribe = -1;
    TokenId startOfLm = -1, startOfPrevious = -1, noSpeech = -1, noTimes = -1;
    TokenId timesBegin = -1;  ///< 0.00 s; the id of t seconds is timesBegin + t / 0.02
    TokenId blank = -1;       ///< of a single space
    std::vector<SpokenLanguage> languages;  ///< in order of their ids; empty where English only
};

/// A head of the decoder's cross-attention.
struct AttentionHead {
    int layer = 0, head = 0;
};

inline constexpr std::int64_t kSpeechRate = 16000;   ///< samples a second
inline constexpr std::int64_t kFrameSamples = 160;   ///< a frame of the spectrum: 10 ms
inline constexpr std::int64_t kWindowFrames = 3000;  ///< what the encoder sees: 30 s
inline constexpr std::int64_t kWindowPlaces = 1500;  ///< its outputs: 20 ms each
inline constexpr std::int64_t kTimeTokens = 1501;    ///< 0.00 to 30.00 s
inline constexpr double kTimeTokenS = 0.02;          ///< seconds between two of them
inline constexpr std::int64_t kLongestTokens = 448;  ///< positions of the decoder

/// Sizes and rules of one checkpoint.
struct SpeechConfig {
    std::int64_t width = 0;  ///< d
    std::int64_t melBins = 0;
    std::int64_t vocabSize = 0;
    std::int64_t encoderLayers = 0, encoderHeads = 0, encoderInner = 0;
    std::int64_t decoderLayers = 0, decoderHeads = 0, decoderInner = 0;
    bool isTied = true;  ///< the logits use the embedding
    bool isMultilingual = true;
    int medianWidth = 7;                        ///< of the filter over word alignments
    std::optional<int> latestFirstTime = 50;    ///< in time tokens: a window starts within 1 s
    std::vector<AttentionHead> alignmentHeads;  ///< at least one
    bool guessedHeads = false;                  ///< the file names none: word times are rough
    std::vector<TokenId> suppressed;            ///< never said; in order, no doubles
    std::vector<TokenId> suppressedFirst;       ///< not as a window's first token
    SpeechIds ids;

    /// The language of this code, or null. "iw" and "jv" are known, too.
    const SpokenLanguage* language(const std::string& code) const;
};

/// Reads config.json and generation_config.json; what older files leave out is taken from the
/// tokenizer's names or worked out. Errors: kModel naming file, field and what was expected.
/// Thread: any.
SpeechConfig readSpeechConfig(const std::filesystem::path& folder, const Tokenizer& tokenizer);

/// True where config.json says that the folder holds a Whisper checkpoint.
bool isSpeechModel(const std::filesystem::path& folder);

}  // namespace reelquery
