#include "core/model/sampler.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "core/model/likeliest.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/time_bounds.h"

namespace reelquery {

namespace {

SamplerSettings settingsFor(std::size_t ids) {
    SamplerSettings settings;
    settings.knownIds = static_cast<TokenId>(ids);
    return settings;
}

/// Probabilities by putting the whole vocabulary in order: slow, and plainly what is meant.
std::vector<double> sortedProbabilities(const std::vector<float>& logits,
                                        const SamplerSettings& settings) {
    std::vector<double> scores(logits.begin(), logits.end());
    for (double& score : scores) score /= settings.temperature;
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    if (settings.topK > 0) {
        order.resize(std::min(order.size(), static_cast<std::size_t>(settings.topK)));
    }
    std::vector<double> weights;
    for (const std::size_t id : order) {
        weights.push_back(std::exp(scores[id] - scores[order.front()]));
    }
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    double cut = 0;
    while (settings.topP < 1.0 && weights.size() > 1) {
        cut += weights.back() / total;
        if (cut > 1.0 - settings.topP) break;
        weights.pop_back();
    }
    const double kept = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<double> share(scores.size(), 0.0);
    for (std::size_t rank = 0; rank < weights.size(); ++rank) {
        share[order[rank]] = weights[rank] / kept;
    }
    return share;
}

/// The token that Sampler draws from these probabilities as its `count`-th of a seed.
TokenId drawnFrom(const std::vector<double>& share, std::uint64_t seed, int count) {
    std::mt19937_64 random(seed);
    random.discard(static_cast<unsigned long long>(count));
    const double drawn = static_cast<double>(random() >> 11) * 0x1p-53;
    double sum = 0;
    std::size_t last = 0;
    for (std::size_t id = 0; id < share.size(); ++id) {
        if (share[id] <= 0) continue;
        last = id;
        sum += share[id];
        if (drawn < sum) break;
    }
    return static_cast<TokenId>(last);
}

/// Logits as a model has them: most far below a few. width 0: all equal.
std::vector<float> madeUpLogits(std::size_t ids, double width, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0, 1);
    std::vector<float> logits(ids);
    for (float& logit : logits) logit = static_cast<float>(width * normal(random));
    return logits;
}

constexpr std::size_t kVocabulary = 151936;

}  // namespace

TEST_CASE("Without temperature the largest known logit wins") {
    Sampler sampler(settingsFor(3));
    std::vector<float> logits = {0.1f, 2.0f, 1.9f, 50.0f};  // the last id is padding
    CHECK(sampler.pick(logits) == 1);
}

TEST_CASE("A model's own way of drawing is used where a person asks for just that") {
    const GenerationConfig own{
        .eosIds = {1}, .repetitionPenalty = 1.05, .temperature = 0.7, .topK = 20, .topP = 0.8};
    GenerationOptions wanted;
    wanted.seed = 9;
    SamplerSettings settings = samplerSettings(wanted, own, 800);
    CHECK(settings.temperature == 0);  // answers stay repeatable unless asked otherwise
    CHECK(settings.topK == 0);
    CHECK(settings.topP == 1);
    CHECK(settings.repetitionPenalty == 1.05);
    CHECK(settings.seed == 9);
    CHECK(settings.knownIds == 800);
    wanted.temperature = 0.3;
    CHECK(samplerSettings(wanted, own, 800).topK == 0);
    wanted.likeModel = true;
    settings = samplerSettings(wanted, own, 800);
    CHECK(settings.temperature == 0.3);
    CHECK(settings.topK == 20);
    CHECK(settings.topP == 0.8);
    wanted.temperature = 0;
    wanted.topP = 0.5;
    wanted.repetitionPenalty = 1;
    settings = samplerSettings(wanted, own, 800);
    CHECK(settings.temperature == 0.7);
    CHECK(settings.topP == 0.5);
    CHECK(settings.repetitionPenalty == 1);
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

TEST_CASE("Selection keeps and draws what putting everything in order does") {
    const auto [ids, width] = GENERATE(
        table<std::size_t, double>({{3, 2}, {64, 1}, {65, 1}, {1000, 3}, {5000, 0.1}, {5000, 8}}));
    SamplerSettings settings = settingsFor(ids);
    settings.temperature = GENERATE(0.3, 1.0, 1.7);
    settings.topK = GENERATE(0, 1, 20, 700);
    settings.topP = GENERATE(1.0, 0.95, 0.5, 0.01);
    settings.seed = 11;
    const std::vector<float> logits = madeUpLogits(ids, width, 7);
    CAPTURE(ids, width, settings.temperature, settings.topK, settings.topP);
    const std::vector<double> expected = sortedProbabilities(logits, settings);
    Sampler sampler(settings);
    const std::vector<double> share = sampler.probabilities(logits);
    REQUIRE(share.size() == expected.size());
    for (std::size_t id = 0; id < ids; ++id) {
        REQUIRE((share[id] > 0) == (expected[id] > 0));
        REQUIRE(std::abs(share[id] - expected[id]) <= 1e-12 * expected[id]);
    }
    for (int count = 0; count < 50; ++count) {
        std::vector<float> copy = logits;
        REQUIRE(sampler.pick(copy) == drawnFrom(expected, settings.seed, count));
    }
}

TEST_CASE("Among equal logits the lower ids are the likelier ones") {
    SamplerSettings settings = settingsFor(1000);
    settings.temperature = 1;
    const std::vector<float> equal(1000, 0.5f);
    settings.topK = 10;
    const auto kept = [&] {
        std::vector<std::size_t> ids;
        const std::vector<double> share = Sampler(settings).probabilities(equal);
        for (std::size_t id = 0; id < share.size(); ++id) {
            if (share[id] > 0) ids.push_back(id);
        }
        return ids;
    };
    std::vector<std::size_t> first(10);
    std::iota(first.begin(), first.end(), std::size_t{0});
    CHECK(kept() == first);
    settings.topK = 0;
    settings.topP = 0.0101;  // ten of a thousand are less than that
    first.push_back(10);
    CHECK(kept() == first);
}

TEST_CASE("Top-k and top-p of a vocabulary take a few comparisons an id, not an order of all") {
    const double width = GENERATE(0.0, 0.05, 3.0);
    const std::vector<float> logits = madeUpLogits(kVocabulary, width, 3);
    std::int64_t comparisons = 0;
    const auto before = [&](std::size_t a, std::size_t b) {
        ++comparisons;
        return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
    };
    std::vector<std::size_t> all(kVocabulary);
    std::iota(all.begin(), all.end(), std::size_t{0});
    // Half of what an order needs at the very least, n log2(n) - 1.44 n = 15.8 n.
    constexpr std::int64_t kMost = 8 * static_cast<std::int64_t>(kVocabulary);
    CAPTURE(width);
    std::vector<std::size_t> ids = all;
    keepFirst(ids, 40, before);
    CHECK(ids.size() == 40);
    CHECK(comparisons < kMost);

    for (const double most : {0.02, 0.5, 0.98}) {
        comparisons = 0;
        ids = all;
        cutTail(ids, most, before, [](std::size_t) { return 1.0 / kVocabulary; });
        CHECK(static_cast<double>(ids.size()) == Approx((1 - most) * kVocabulary).margin(1.5));
        CHECK(comparisons < kMost);
    }
    comparisons = 0;
    ids = all;
    std::sort(ids.begin(), ids.end(), before);
    CHECK((width == 0 || comparisons > kMost));  // equal ids already stand in order
}

TEST_CASE("Drawing a token of a whole vocabulary takes less than half of putting it in order") {
    using Clock = std::chrono::steady_clock;
    const std::vector<float> logits = madeUpLogits(kVocabulary, 3, 5);
    const auto secondsOf = [](const auto& work) {
        const auto start = Clock::now();
        work();
        return std::chrono::duration<double>(Clock::now() - start).count();
    };
    SamplerSettings settings = settingsFor(kVocabulary);
    settings.temperature = 1;
    settings.topP = GENERATE(1.0, 0.9);
    CAPTURE(settings.topP);
    Sampler sampler(settings);
    const double ratio = leastOfThree(0.5, [&] {
        std::vector<float> copy = logits;
        const double pick = secondsOf([&] { (void)sampler.pick(copy); });
        std::vector<double> scores(logits.begin(), logits.end());
        std::vector<std::size_t> order(kVocabulary);
        std::iota(order.begin(), order.end(), std::size_t{0});
        const double sort = secondsOf([&] {
            std::sort(order.begin(), order.end(),
                      [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
        });
        return pick / sort;
    });
    CHECK(ratio < 0.5);
}

}  // namespace reelquery
