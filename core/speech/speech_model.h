#pragma once
// A Whisper checkpoint in memory.

#include <filesystem>
#include <memory>

#include "core/device/compute_target.h"
#include "core/speech/log_mel.h"
#include "core/speech/speech_config.h"
#include "core/speech/speech_decoder.h"
#include "core/speech/speech_encoder.h"
#include "core/speech/token_choice.h"
#include "core/tokens/tokenizer.h"

namespace reelquery {

/// Immutable after loading. Thread: any number at a time.
class SpeechModel {
  public:
    /// Reads and checks a model folder, which is only ever read.
    /// Errors: kModel naming what is missing or wrong; kCancelled.
    SpeechModel(const std::filesystem::path& folder, const ComputeTarget& target,
                const CancelToken& cancel = {});

    const SpeechConfig& config() const { return config_; }

    const Tokenizer& tokenizer() const { return *tokenizer_; }

    const LogMel& mel() const { return mel_; }

    const SpeechEncoder& encoder() const { return *encoder_; }

    const SpeechDecoder& decoder() const { return *decoder_; }

    const TokenChoice& choice() const { return choice_; }

    std::int64_t parameters() const { return parameters_; }

  private:
    std::unique_ptr<const Tokenizer> tokenizer_;
    SpeechConfig config_;
    LogMel mel_;
    TokenChoice choice_;
    std::unique_ptr<const SpeechEncoder> encoder_;
    std::unique_ptr<const SpeechDecoder> decoder_;
    std::int64_t parameters_ = 0;
};

}  // namespace reelquery
