// From given costs and densities to decisions, without a device.

#include "core/attention/auto_rule.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <vector>

using namespace reelquery;

namespace {

/// The costs of the embedded model's layers on two cores with bf16, as measured, at strides of
/// 16 and of 4.
AttentionCosts twoCores(int stride = 16) {
    const double finer = 16.0 / stride;
    return {{390000, 0, 4.45}, {110000, 210 * finer, 0.04 * finer}, {30000, 0, 4.9}};
}

/// What a layer does beside attention.
constexpr double kLinearNsPerToken = 8600;

/// Density of the call that ends at so many tokens.
using Layer = std::function<double(std::int64_t keys)>;

/// A layer of the sample film: these densities chunk after chunk of 1024, then the last of them.
Layer measured(std::vector<double> densities) {
    return [=](std::int64_t keys) {
        const auto chunk = static_cast<std::size_t>((keys - 1) / 1024);
        return densities[std::min(chunk, densities.size() - 1)];
    };
}

const std::vector<Layer> kMeasured = {measured({0.87, 0.45, 0.30, 0.19, 0.17, 0.15, 0.12, 0.09}),
                                      measured({0.90, 0.65, 0.53, 0.46, 0.52, 0.52, 0.49, 0.42}),
                                      measured({0.87, 0.71, 0.65, 0.64, 0.64, 0.63, 0.63, 0.63})};

Layer always(double density) {
    return [=](std::int64_t) { return density; };
}

/// Only what is always kept: of each row the first block and the one on the diagonal.
double fewest(std::int64_t keys) {
    const std::int64_t first = (keys - 1) / 1024 * 8, end = (keys + 127) / 128;
    double kept = 0, visible = 0;
    for (std::int64_t row = first; row < end; ++row) {
        kept += static_cast<double>(std::min<std::int64_t>(row + 1, 2));
        visible += static_cast<double>(row + 1);
    }
    return kept / visible;
}

struct Read {
    double autoMs = 0, denseMs = 0, sparseMs = 0;
    std::vector<bool> sparse;  ///< chunk after chunk
};

/// A layer reads a prompt in chunks as the backend does. countsAtOnce: whether a call's density is
/// known before it attends (a CPU) or only afterwards (a GPU).
Read readPrompt(const AutoRule& rule, const Layer& layer, std::int64_t tokens, bool countsAtOnce,
                std::int64_t chunk = 1024) {
    Read read;
    std::optional<SeenDensity> seen;
    const AttentionCosts& costs = *rule.costs;
    for (std::int64_t begin = 0; begin < tokens; begin += chunk) {
        const std::int64_t keys = std::min(begin + chunk, tokens), queries = keys - begin;
        const auto q = static_cast<double>(queries), k = static_cast<double>(keys);
        const double density = layer(keys);
        bool sparse = chooseAttention(rule, queries, keys, seen).sparse;
        double ms = 0;
        if (sparse) {
            ms += costs.selectionMs(q, k);
            seen = SeenDensity{density, keys};
            if (countsAtOnce) sparse = confirmSparse(rule, queries, keys, density).sparse;
        }
        ms += sparse ? costs.keptMs(q, k, density) : costs.denseMs(q, k);
        read.sparse.push_back(sparse);
        read.autoMs += ms;
        read.denseMs += costs.denseMs(q, k);
        read.sparseMs += costs.sparseMs(q, k, density);
    }
    return read;
}

AutoRule ruleOf(const AttentionCosts& costs) {
    AutoRule rule;
    rule.costs = costs;
    return rule;
}

}  // namespace

TEST_CASE("a layer that keeps most blocks of a first chunk is read sparsely once it keeps few") {
    const bool countsAtOnce = GENERATE(true, false);
    const Layer layer = kMeasured[GENERATE(0, 1, 2)];
    const Read read = readPrompt(ruleOf(twoCores()), layer, 12 * 1024, countsAtOnce);
    CHECK(std::count(read.sparse.begin(), read.sparse.end(), true) >= 11);
    CHECK(std::all_of(read.sparse.begin() + 1, read.sparse.end(), [](bool s) { return s; }));
}

TEST_CASE("a density that was too high is looked at again at twice the length, not before") {
    const AutoRule rule = ruleOf(twoCores());
    const SeenDensity dense{0.95, 4096};
    CHECK_FALSE(chooseAttention(rule, 1024, 7168, dense).sparse);
    CHECK(chooseAttention(rule, 1024, 8192, dense).sparse);
    const Read read = readPrompt(rule, always(0.95), 40 * 1024, false);
    CHECK(std::count(read.sparse.begin(), read.sparse.end(), true) == 6);  // 1, 2, 4, 8, 16, 32 K
    const Read counted = readPrompt(rule, always(1), 40 * 1024, true);
    CHECK(std::count(counted.sparse.begin() + 1, counted.sparse.end(), true) == 0);
}

TEST_CASE("auto costs a prefill little more than the better of dense and sparse, at any length") {
    // What finding out may cost where it was in vain: at the usual stride, at finer ones, whose
    // selection takes longer, and where a call's density is known only when it is done.
    struct Setting {
        int stride;
        bool countsAtOnce;
        double atMost;
    };

    const auto [stride, countsAtOnce, atMost] =
        GENERATE(Setting{16, true, 1.03}, Setting{8, true, 1.1}, Setting{4, true, 1.1},
                 Setting{16, false, 1.1});
    const auto tokens =
        GENERATE(300, 1024, 1370, 2048, 2500, 4096, 8192, 10616, 12026, 32768, 131072);
    const std::vector<Layer> layers = {kMeasured[0], kMeasured[1], kMeasured[2], fewest,
                                       always(0.8),  always(0.9),  always(1)};
    const Layer& layer = layers[static_cast<std::size_t>(GENERATE(range(0, 7)))];
    const Read read = readPrompt(ruleOf(twoCores(stride)), layer, tokens, countsAtOnce);
    const double linearMs = kLinearNsPerToken * static_cast<double>(tokens) * 1e-6;
    CAPTURE(tokens, stride, countsAtOnce, layer(tokens), read.autoMs, read.denseMs, read.sparseMs);
    CHECK(read.autoMs + linearMs < atMost * (std::min(read.denseMs, read.sparseMs) + linearMs));
}

TEST_CASE("a choice comes with the figures that led to it") {
    // Dense and kept pairs cost 10, choosing 1000 for each key: at 1024 queries over 8192 keys that
    // is 8.192 ms of the 78.64 ms that dense attention takes, which leaves 89.6 %.
    const AutoRule rule = ruleOf({{0, 0, 10}, {0, 1000, 0}, {0, 0, 10}});
    const auto says = [](const AttentionChoice& choice, bool sparse, const std::string& why) {
        CHECK(choice.sparse == sparse);
        CHECK(textOf(choice.why) == why);
    };
    says(chooseAttention(rule, 1024, 8192, {}), true,
         "no density seen yet, sparse attention pays up to 90 %");
    says(chooseAttention(rule, 1024, 8192, SeenDensity{0.4, 7168}), true,
         "density of 40 % at 7168 tokens, sparse attention pays up to 90 %");
    says(chooseAttention(rule, 1024, 8192, SeenDensity{0.93, 7168}), false,
         "density of 93 % at 7168 tokens, sparse attention pays up to 90 %");
    says(chooseAttention(rule, 1024, 8192, SeenDensity{0.93, 4096}), true,
         "density of 93 % at 4096 tokens, sparse attention pays up to 90 %, tried again");
    says(confirmSparse(rule, 1024, 8192, 0.97), true,
         "density of 97 %, chosen blocks are faster up to 100 %");
    says(chooseAttention(rule, 12, 8192, {}), false,
         "choosing blocks for 12 tokens costs more than it saves");
    says(chooseAttention(ruleOf({{0, 0, 10}, {0, 0, 20}, {0, 0, 10}}), 1024, 8192, {}), false,
         "sparse attention was measured to be slower here at any length");
    says(chooseAttention({}, 1024, 8192, {}), false, "this device was not measured");
}

TEST_CASE("a short prompt stays dense and says from which length it would not") {
    const AutoRule rule = ruleOf({{0, 0, 4}, {1e6, 0, 0}, {0, 0, 4}});
    const AttentionChoice choice = chooseAttention(rule, 512, 1024, {});
    CHECK_FALSE(choice.sparse);
    const std::string why = textOf(choice.why);
    REQUIRE(why.starts_with("below "));
    const std::int64_t from = std::stoll(why.substr(6));
    CHECK(why ==
          "below " + std::to_string(from) + " tokens, from which sparse attention pays here");
    CHECK(chooseAttention(rule, 512, from, {}).sparse);
    CHECK_FALSE(chooseAttention(rule, 512, from - 128, {}).sparse);
}

TEST_CASE("an easy prompt keeps five blocks of a row, then a quarter") {
    CHECK(easyDensity(640, 640) == 1);
    CHECK(easyDensity(128, 2048) == Approx(5.0 / 16));
    CHECK(easyDensity(128, 4096) == Approx(8.0 / 32));
    CHECK(easyDensity(1024, 1024) == Approx(30.0 / 36));
    CHECK(easyDensity(1024, 65536) == Approx(0.25));
    CHECK(easyDensity(12, 4100) == Approx(8.25 / 33));
}
