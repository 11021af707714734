#pragma once
// Picks the next token from logits, in the order Hugging Face applies its rules.

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "core/base/run_options.h"
#include "core/spec/model_config.h"

namespace reelquery {

/// Settings of one answer with everything settled.
struct SamplerSettings {
    double temperature = 0.0;  ///< 0: the largest logit
    int topK = 0;              ///< 0: no limit
    double topP = 1.0;
    double repetitionPenalty = 1.0;
    std::uint64_t seed = 0;
    TokenId knownIds = 0;  ///< logits from this id on are never picked
};

/// What a person wishes, settled by what the model's makers do: the repetition penalty is theirs
/// where none is wished, and with likeModel so is everything left at its default.
SamplerSettings samplerSettings(const GenerationOptions& wanted, const GenerationConfig& own,
                                TokenId knownIds);

/// Confined to the generating thread. Same seed, same logits: same tokens.
class Sampler {
  public:
    explicit Sampler(const SamplerSettings& settings);

    /// Counts tokens as seen for the repetition penalty: the whole prompt, pads included, and
    /// every answer token.
    void see(std::span<const TokenId> ids);

    /// Next token from the last row of logits, [vocabulary] float32; `logits` is overwritten.
    /// Errors: kModel when a logit is not a number.
    TokenId pick(std::span<float> logits);

    /// Logits after the repetition penalty and the mask, in place.
    void penalise(std::span<float> logits) const;

    /// Probabilities after temperature, top-k and top-p; zero where an id was cut.
    std::vector<double> probabilities(std::span<const float> penalised) const;

  private:
    SamplerSettings settings_;
    std::vector<bool> seen_;
    std::mt19937_64 random_;
};

}  // namespace reelquery
