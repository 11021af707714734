// KL divergence of two rows of logits: by hand, and against scipy.stats.entropy of their softmaxes.

#include "core/base/divergence.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace reelquery;

TEST_CASE("the divergence of two rows of logits") {
    const std::vector<float> even{0, 0}, uneven{std::log(0.25F), std::log(0.75F)};
    CHECK(klDivergence(even, uneven) == Approx(0.14384103622589045).epsilon(1e-6));
    CHECK(klDivergence(even, even) == 0);
    // What is added to a whole row says nothing.
    const std::vector<float> shifted{1000, 1000};
    CHECK(klDivergence(even, shifted) == 0);
    const std::vector<float> p{8.163676261901855F, -10.222660064697266F, 1.6723953485488892F,
                               -2.27107834815979F, -1.8105971813201904F, -0.8623886704444885F,
                               -8.079944610595703F};
    const std::vector<float> q{-0.9277294874191284F, -3.4608523845672607F, 13.291997909545898F,
                               0.9031464457511902F,  -1.4105231761932373F, -1.1251497268676758F,
                               -2.6721854209899902F};
    CHECK(klDivergence(p, q) == Approx(14.184802771766401).epsilon(1e-10));
}

TEST_CASE("what is never drawn adds nothing, what only one draws is infinitely far") {
    const float never = -std::numeric_limits<float>::infinity();
    const std::vector<float> one{0, never}, both{0, 0};
    CHECK(klDivergence(one, both) == Approx(std::log(2.0)));
    CHECK(std::isinf(klDivergence(both, one)));
}
