#include "core/model/sampler.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace {

SamplerSettings settingsFor(std::size_t ids) {
    SamplerSettings settings;
    settings.knownIds = static_cast<TokenId>(ids);
    return settings;
}

}  // namespace

TEST_CASE("Without temperature the largest known logit wins") {
    Sampler sampler(settingsFor(3));
    std::vector<float> logits = {0.1f, 2.0f, 1.9f, 50.0f};  // the last id is padding
    CHECK(sampler.pick(logits) == 1);
}

TEST_CASE("The repetition penalty counts each seen id once and follows the sign") {
    SamplerSettings settings = settingsFor(4);
    settings.repetitionPenalty = 2.0;
    Sampler sampler(settings);
    const std::array<TokenId, 5> seen = {0, 0, 1, 7, -1};  // ids outside the vocabulary are ignored
    sampler.see(seen);
    std::vector<float> logits = {4.0f, -4.0f, 3.0f, 1.0f};
    sampler.penalise(logits);
    CHECK(logits == std::vector<float>{2.0f, -8.0f, 3.0f, 1.0f});
    CHECK(sampler.pick(logits) == 2);
}

TEST_CASE("Top-k and top-p keep what they should") {
    const std::vector<float> logits = {std::log(0.5f), std::log(0.3f), std::log(0.15f),
                                       std::log(0.05f)};
    SamplerSettings settings = settingsFor(4);
    settings.temperature = 1.0;
    const auto shares = [&] { return Sampler(settings).probabilities(logits); };
    CHECK(shares()[3] == Approx(0.05));
    settings.topK = 2;
    CHECK(shares()[0] == Approx(0.5 / 0.8));
    CHECK(shares()[2] == 0);
    settings.topK = 0;
    settings.topP = 0.79;  // 0.5 alone is too little
    CHECK(shares()[1] == Approx(0.3 / 0.8));
    CHECK(shares()[2] == 0);
    settings.topP = 0.0001;  // at least one stays
    CHECK(shares()[0] == 1.0);
    settings.topP = 1.0;
    settings.temperature = 0.5;  // squares the odds
    CHECK(shares()[0] / shares()[1] == Approx(25.0 / 9.0));
}

TEST_CASE("Draws follow the probabilities, and a seed repeats them") {
    SamplerSettings settings = settingsFor(3);
    settings.temperature = 1.0;
    settings.seed = 5;
    const std::vector<float> logits = {std::log(0.6f), std::log(0.3f), std::log(0.1f)};
    const auto draw = [&](int count) {
        Sampler sampler(settings);
        std::vector<TokenId> picked;
        for (int i = 0; i < count; ++i) {
            std::vector<float> copy = logits;
            picked.push_back(sampler.pick(copy));
        }
        return picked;
    };
    constexpr int kDraws = 20000;
    const std::vector<TokenId> picked = draw(kDraws);
    CHECK(draw(100) == std::vector<TokenId>(picked.begin(), picked.begin() + 100));
    std::array<double, 3> counts = {};
    for (const TokenId id : picked) counts.at(static_cast<std::size_t>(id)) += 1;
    // Five standard deviations of a binomial share.
    for (const auto& [count, share] :
         {std::pair{counts[0], 0.6}, {counts[1], 0.3}, {counts[2], 0.1}}) {
        CHECK(std::abs(count / kDraws - share) < 5 * std::sqrt(share * (1 - share) / kDraws));
    }
    settings.seed = 6;
    CHECK(draw(100) != std::vector<TokenId>(picked.begin(), picked.begin() + 100));
}

TEST_CASE("Logits that are no numbers end the answer with an error") {
    const float bad =
        GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
    Sampler sampler(settingsFor(3));
    std::vector<float> logits = {0.0f, bad, 1.0f};
    checkError(ErrorCode::kModel, {"no numbers"}, [&] { (void)sampler.pick(logits); });
}

}  // namespace reelquery
