// The choice for several windows at once against the rules row by row.

#include "core/speech/token_choice.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

namespace reelquery {

namespace {

using Ids = std::vector<TokenId>;

constexpr int kVocab = 60, kEnd = 20, kNoTimes = 30, kTimes = 31;

SpeechConfig config(std::optional<int> latestFirst) {
    SpeechConfig made;
    made.vocabSize = kVocab;
    made.ids.endOfText = kEnd;
    made.ids.noTimes = kNoTimes;
    made.ids.timesBegin = kTimes;
    made.latestFirstTime = latestFirst;
    made.suppressed = {3, 4, 25, 29};
    made.suppressedFirst = {7, kEnd};
    return made;
}

/// As spec and reference have it, one row after the other.
ChosenToken oneByOne(const SpeechConfig& config, std::vector<float> row, const Ids& said,
                     bool withTimes) {
    if (said.empty()) maskTokens(row, config.suppressedFirst);
    maskTokens(row, config.suppressed);
    if (withTimes) applyTimeRules(row, said, timeRulesOf(config));
    const auto best = std::max_element(row.begin(), row.end());
    return {static_cast<TokenId>(best - row.begin()), *best - logSumExp(row)};
}

/// What can have been said: texts, times in pairs, at the end perhaps a single one.
Ids history(std::mt19937& random, std::size_t length) {
    std::uniform_int_distribution<int> text(0, kEnd - 1), step(0, 3), coin(0, 2);
    Ids said;
    TokenId time = kTimes;
    while (said.size() < length) {
        const bool isTime = said.empty() || coin(random) == 0;
        if (isTime) time = std::min(time + step(random), kVocab - 1);
        said.push_back(isTime ? time : text(random));
    }
    return said;
}

}  // namespace

TEST_CASE("Tokens chosen side by side are those chosen one by one") {
    const bool withTimes = GENERATE(true, false);
    const SpeechConfig settings = config(GENERATE(std::optional<int>(), std::optional<int>(5)));
    const TokenChoice choice(settings, at::kCPU);
    std::mt19937 random(7);
    std::normal_distribution<float> level(0, 2);
    int times = 0, texts = 0;
    for (std::size_t length = 0; length < 60; ++length) {
        std::vector<Ids> said;
        std::vector<std::vector<float>> rows;
        at::Tensor logits = at::empty({5, kVocab}, at::kFloat);
        for (std::int64_t i = 0; i < 5; ++i) {
            said.push_back(history(random, length / 3));
            std::vector<float> row(kVocab);
            // Rounded, so that some are equal; the times of some rows win by their sum only.
            for (float& value : row) value = std::round(level(random));
            if (i == 1) std::fill(row.begin() + kTimes, row.end(), 2.5F);
            std::copy(row.begin(), row.end(), logits.data_ptr<float>() + i * kVocab);
            rows.push_back(std::move(row));
        }
        std::vector<const Ids*> pointers;
        for (const Ids& one : said) pointers.push_back(&one);
        const auto chosen = choice.likeliest(logits, pointers, withTimes);
        REQUIRE(chosen.size() == rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            CAPTURE(length, i, said[i]);
            const ChosenToken wanted = oneByOne(settings, rows[i], said[i], withTimes);
            CHECK(chosen[i].token == wanted.token);
            CHECK(chosen[i].logProb == Approx(wanted.logProb).margin(1e-5));
            ++(wanted.token >= kTimes ? times : texts);
        }
    }
    CHECK(times > 20);
    CHECK(texts > 20);
}

}  // namespace reelquery
