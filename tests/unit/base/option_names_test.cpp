#include "core/base/option_names.h"

#include <catch2/catch.hpp>
#include <set>

using namespace reelquery;

namespace {

/// Every value has one name, which leads back to it.
template <class Enum>
void isReadBothWays(int values) {
    const std::vector<std::string> names = namesOf<Enum>();
    CHECK(static_cast<int>(names.size()) == values);
    CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
    for (int value = 0; value < values; ++value) {
        CAPTURE(value);
        CHECK(named<Enum>(nameOf(Enum(value))) == Enum(value));
    }
    CHECK_FALSE(named<Enum>("no such thing"));
    CHECK_FALSE(named<Enum>(""));
    CHECK_THROWS_AS(nameOf(Enum(values)), Error);
}

}  // namespace

TEST_CASE("options are spelled the same wherever they are written or read") {
    isReadBothWays<AttentionKind>(3);
    isReadBothWays<kernels::ScorePattern>(3);
    isReadBothWays<SamplingMode>(3);
    isReadBothWays<DeviceKind>(3);
    isReadBothWays<DtypeChoice>(3);
    CHECK(named<kernels::ScorePattern>("antidiagonal") == kernels::ScorePattern::kAntidiagonal);
    CHECK(named<SamplingMode>("keyframes") == SamplingMode::kKeyframes);
    CHECK(named<DtypeChoice>("bfloat16") == DtypeChoice::kBfloat16);
}

TEST_CASE("attention is called dense, auto, or by what chooses its blocks") {
    AttentionOptions options;
    CHECK(attentionKey(options) == "dense");
    options.kind = AttentionKind::kSparse;
    CHECK(attentionKey(options) == "xattention");
    options.selector.name = "mean-pooling";
    CHECK(attentionKey(options) == "mean-pooling");
    options.kind = AttentionKind::kAuto;
    CHECK(attentionKey(options) == "auto");
}
