#include "vision/video/tone_map.h"

#include <catch2/catch.hpp>

namespace reelquery {
namespace {

TEST_CASE("the PQ and HLG curves pass through the standards' points") {
    // ITU-R BT.2408, table 1: reference white 203 cd/m2 is 58.1 % PQ and 75 % HLG.
    CHECK(hdrToLinear(Transfer::kPq, 0.580689) == Approx(1).epsilon(1e-4));
    CHECK(hdrToLinear(Transfer::kPq, 0.0) == Approx(0).margin(1e-9));
    CHECK(hdrToLinear(Transfer::kPq, 1.0) == Approx(10000.0 / 203));
    CHECK(hdrToLinear(Transfer::kPq, 0.508078) == Approx(100.0 / 203).epsilon(1e-4));
    CHECK(hdrToLinear(Transfer::kHlg, 0.5) == Approx(1.0 / 12));
    CHECK(hdrToLinear(Transfer::kHlg, 1.0) == Approx(1).epsilon(1e-6));
    CHECK(hdrToLinear(Transfer::kHlg, 0.75) == Approx(0.26496).epsilon(1e-4));
}

TEST_CASE("highlights are compressed into range without a kink") {
    CHECK(compressHighlights(0.2) == 0.2);
    CHECK(compressHighlights(1000.0 / 203) == Approx(1));
    const double step = 1e-6;
    const double slope = (compressHighlights(0.3 + step) - compressHighlights(0.3)) / step;
    CHECK(slope == Approx(1).epsilon(1e-3));
    for (double x = 0; x < 5; x += 0.01) {
        CHECK(compressHighlights(x + 0.01) > compressHighlights(x));
    }
}

TEST_CASE("greys stay grey and black and peak white reach the ends of the range") {
    const Transfer transfer = GENERATE(Transfer::kPq, Transfer::kHlg);
    const double peakCode = transfer == Transfer::kPq ? 0.751827 : 1.0;  // 1000 cd/m2
    const ToneMap map(transfer, true);
    std::vector<float> r = {0, 0.4F, static_cast<float>(peakCode)}, g = r, b = r;
    map.apply(r.data(), g.data(), b.data(), r.size());
    CHECK(r[0] == Approx(0).margin(1e-3));
    CHECK(r[2] == Approx(1).margin(2e-3));
    for (std::size_t i = 0; i < r.size(); ++i) {
        CHECK(r[i] == Approx(g[i]).margin(2e-3));
        CHECK(b[i] == Approx(g[i]).margin(2e-3));
    }
}

}  // namespace
}  // namespace reelquery
