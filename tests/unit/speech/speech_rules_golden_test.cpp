// Rules that need no model, on small made-up input.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "core/speech/token_rules.h"
#include "core/speech/token_text.h"
#include "core/speech/window_segments.h"
#include "core/speech/word_alignment.h"
#include "tests/unit/speech/speech_goldens.h"

namespace reelquery {

namespace {

using Ids = std::vector<TokenId>;

at::Tensor matrix(const nlohmann::json& rows) {
    std::vector<at::Tensor> list;
    for (const auto& row : rows) {
        list.push_back(at::tensor(row.get<std::vector<double>>(), at::kDouble));
    }
    return at::stack(list);
}

}  // namespace

TEST_CASE("Times come in pairs, rise, and win by their sum") {
    for (const auto& item : golden::speechJson("rules_golden.json").at("time_rules")) {
        auto row = item.at("logits").get<std::vector<float>>();
        applyTimeRules(row, item.at("made").get<Ids>(), {10, 20, 21, 5});
        std::vector<int> kept;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (std::isfinite(row[i])) kept.push_back(static_cast<int>(i));
        }
        CHECK(kept == item.at("kept").get<std::vector<int>>());
    }
}

TEST_CASE("The compression ratio is that of the text's bytes") {
    for (const auto& item : golden::speechJson("rules_golden.json").at("compression_ratio")) {
        const auto text = item.at("text").get<std::string>();
        CAPTURE(text);
        CHECK(compressionRatio(text) == Approx(item.at("ratio").get<double>()).margin(1e-12));
    }
}

TEST_CASE("A window is cut at its pairs of times") {
    for (const auto& item : golden::speechJson("rules_golden.json").at("cut_window")) {
        CAPTURE(item.dump());
        const CutWindow cut = cutWindow(item.at("tokens").get<Ids>(), item.at("seek"),
                                        item.at("size"), item.at("times_begin").get<TokenId>());
        REQUIRE(cut.segments.size() == item.at("segments").size());
        for (std::size_t i = 0; i < cut.segments.size(); ++i) {
            const auto& wanted = item.at("segments")[i];
            CHECK(cut.segments[i].fromS == wanted[0].get<double>());
            CHECK(cut.segments[i].toS == wanted[1].get<double>());
            CHECK(cut.segments[i].tokens == wanted[2].get<Ids>());
        }
        CHECK(cut.nextSeek == item.at("next_seek"));
        CHECK(cut.endsWithOneTime == item.at("single_ending"));
    }
}

TEST_CASE("The cheapest path and the median filter are the reference's") {
    const auto rules = golden::speechJson("rules_golden.json");
    for (const auto& item : rules.at("warp")) {
        const CostPath path = cheapestPath(matrix(item.at("cost")));
        CHECK(path.rows == item.at("rows").get<std::vector<int>>());
        CHECK(path.columns == item.at("columns").get<std::vector<int>>());
    }
    for (const auto& item : rules.at("median7")) {
        const at::Tensor filtered = medianFilter(matrix(item.at("x")).unsqueeze(0), 7)[0];
        CHECK(golden::maxDifference(filtered, matrix(item.at("median7"))) == 0);
    }
}

TEST_CASE("Marks join their words") {
    struct Piece {
        std::string text;
        Ids tokens;
    };

    for (const auto& item : golden::speechJson("rules_golden.json").at("merge_marks")) {
        CAPTURE(item.dump());
        std::vector<Piece> words;
        for (const auto& text : item.at("in")) {
            words.push_back({text, {static_cast<TokenId>(words.size())}});
        }
        mergeMarks(words);
        for (std::size_t i = 0; i < words.size(); ++i) {
            CHECK(words[i].text == item.at("out")[i][0].get<std::string>());
            CHECK(words[i].tokens == item.at("out")[i][1].get<Ids>());
        }
    }
}

TEST_CASE("Draws can be repeated") {
    for (const auto& item : golden::speechJson("rules_golden.json").at("draws")) {
        CHECK(drawNumber(item.at("seed"), item.at("window"), item.at("attempt"), item.at("k")) ==
              item.at("value").get<double>());
    }
    std::vector<float> row = {-INFINITY, 0, -INFINITY, 0};
    CHECK(drawToken(row, 1, 0) == 1);
    CHECK(drawToken(row, 1, 0.499) == 1);
    CHECK(drawToken(row, 1, 0.5) == 3);
    CHECK(drawToken(row, 0.2, 0.9999999999999999) == 3);
}

}  // namespace reelquery
