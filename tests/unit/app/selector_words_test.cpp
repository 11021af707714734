#include "app/cli/selector_words.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace reelquery;

namespace {

std::string refusalOf(const std::string& words) {
    try {
        selectorOfWords(words, {}, "--try");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kUsage);
        return error.message();
    }
    return "";
}

}  // namespace

TEST_CASE("a way to choose blocks is read from one word over what was given") {
    AttentionOptions given;
    given.denseFirstLayers = 2;
    given.selector.stride = 8;
    given.selector.thresholdsFile = "t.json";
    const AttentionOptions plain = selectorOfWords("flexprefill", given, "--try");
    CHECK(plain.kind == AttentionKind::kSparse);
    CHECK(plain.selector.name == "flexprefill");
    CHECK(plain.selector.stride == 8);
    CHECK(plain.selector.thresholdsFile == "t.json");
    CHECK(plain.denseFirstLayers == 2);
    const AttentionOptions whole = selectorOfWords(
        "xattention,stride=4,threshold=0.35,score-pattern=diagonal,keep-share=0.2", given, "--try");
    CHECK(whole.selector.stride == 4);
    CHECK(whole.selector.threshold == 0.35);
    CHECK(whole.selector.pattern == kernels::ScorePattern::kDiagonal);
    CHECK(whole.selector.density == 0.2);
    CHECK(whole.selector.thresholdsFile.empty());
    CHECK(selectorOfWords("dense", given, "--try").kind == AttentionKind::kDense);
    CHECK(selectorOfWords("auto,threshold=0.5", given, "--try").kind == AttentionKind::kAuto);
}

TEST_CASE("what cannot be read is named") {
    CHECK(refusalOf("guess").find("--try guess: blocks cannot be chosen by 'guess'") == 0);
    for (const char* word : {"stride=5", "stride=8.5", "threshold=1.5", "threshold=", "threshold=x",
                             "keep-share=0", "score-pattern=zigzag", "speed=3", "", "stride"}) {
        INFO(word);
        CHECK(refusalOf("xattention," + std::string(word)).find("'" + std::string(word) + "'") !=
              std::string::npos);
    }
}
