#include "core/session/report/evidence.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "core/session/ask/zoom.h"

using namespace reelquery;

namespace {

/// Steps of two seconds from 0 on.
std::vector<TimeRange> evenSteps(std::size_t count) {
    std::vector<TimeRange> steps;
    for (std::size_t i = 0; i < count; ++i) {
        steps.push_back({2.0 * static_cast<double>(i), 2.0 * static_cast<double>(i) + 2});
    }
    return steps;
}

std::vector<Moment> momentsOf(const std::vector<float>& weights) {
    return findMoments(evenSteps(weights.size()), weights);
}

Evidence withMoments(std::vector<Moment> moments) {
    Evidence evidence;
    evidence.moments = std::move(moments);
    return evidence;
}

}  // namespace

TEST_CASE("the curve is what the question draws beyond a neutral one") {
    const auto curve = evidenceCurve({0.5, 0.3, 0.1, 0.1}, {0.4, 0.1, 0.2, 0.1});
    CHECK(curve[0] == Approx(1.0 / 3));
    CHECK(curve[1] == Approx(2.0 / 3));
    CHECK(curve[2] == 0);
    CHECK(curve[3] == 0);
    const auto nothing = evidenceCurve({0.1, 0.2}, {0.1, 0.3});
    CHECK(nothing == std::vector<float>{0, 0});
}

TEST_CASE("a planted peak is found with its extent") {
    std::vector<float> weights(20, 0.01F);
    weights[7] = 0.2F;
    weights[8] = 0.4F;
    weights[9] = 0.25F;
    const auto moments = momentsOf(weights);
    REQUIRE(moments.size() == 1);
    CHECK(moments[0].fromS == 14);
    CHECK(moments[0].toS == 20);
    CHECK(moments[0].peakS == 16);
    CHECK(moments[0].weight == Approx(0.85));
}

TEST_CASE("moments come strongest first, apart from each other, at most five") {
    std::vector<float> weights(100, 0.001F);
    for (const std::size_t at : {10U, 20U, 30U, 40U, 50U, 60U, 70U}) {
        weights[at] = 0.05F + 0.001F * static_cast<float>(at);
    }
    weights[71] = 0.05F;  // the slope of the strongest, not a moment of its own
    weights[72] = 0.03F;
    const auto moments = momentsOf(weights);
    REQUIRE(moments.size() == 5);
    CHECK(moments[0].peakS == 140);
    for (std::size_t i = 1; i < moments.size(); ++i) {
        CHECK(moments[i].weight <= moments[i - 1].weight);
        CHECK(moments[i].peakS == 140 - 20.0 * static_cast<double>(i));
    }
}

TEST_CASE("where nothing stands out there is no moment") {
    CHECK(momentsOf(std::vector<float>(30, 1.0F / 30)).empty());
    CHECK(momentsOf(std::vector<float>(30, 0.0F)).empty());
    CHECK(momentsOf({}).empty());
    CHECK(momentsOf({1.0F}).size() == 1);
}

TEST_CASE("a moment does not reach over a gap between two stretches") {
    const std::vector<TimeRange> steps = {{10, 11}, {11, 12}, {300, 301}, {301, 302}};
    const auto moments = findMoments(steps, {0, 0.5F, 0.5F, 0});
    REQUIRE(moments.size() == 1);
    CHECK(moments[0].fromS == 11);
    CHECK(moments[0].toS == 12);
}

TEST_CASE("a step reaches to the next pair, and no further than its rate at a gap") {
    const auto steps = stepsOf({0, 1, 2.1, 3.1, 50, 51, 52, 52});
    REQUIRE(steps.size() == 4);
    CHECK(steps[0] == TimeRange{0, 2.1});
    CHECK(steps[1].toS == Approx(4.1));
    CHECK(steps[2] == TimeRange{50, 52});
    CHECK(steps[3] == TimeRange{52, 52});
}

TEST_CASE("zooming widens the moments and merges those that touch") {
    struct Row {
        std::vector<Moment> moments;
        double marginS;
        std::vector<TimeRange> ranges;
    };

    const Row rows[] = {{{}, 3, {}},
                        {{{10, 12, 10, 1}}, 3, {{7, 15}}},
                        {{{1, 2, 1, 1}}, 3, {{0, 5}}},
                        {{{50, 52, 50, 0.6}, {10, 12, 10, 0.4}}, 2, {{8, 14}, {48, 54}}},
                        {{{14, 16, 14, 0.6}, {10, 12, 10, 0.4}}, 1, {{9, 17}}}};
    for (const Row& row : rows)
        CHECK(zoomRanges(withMoments(row.moments), row.marginS) == row.ranges);
}

TEST_CASE("a closer look sees at least twice as often and never less than was asked for") {
    AskRequest request;
    request.sampling.fps = 0.5;
    request.sampling.frames = 64;
    AnswerReport report;
    report.frames = 101;
    report.firstFrameS = 0;
    report.lastFrameS = 400;  // a frame every 4 s
    CHECK_FALSE(zoomedRequest(request, report));
    report.evidence = withMoments({{100, 104, 100, 1}});
    auto closer = zoomedRequest(request, report);
    REQUIRE(closer);
    CHECK(closer->sampling.within == std::vector<TimeRange>{{92, 112}});
    CHECK(closer->sampling.fps == Approx(0.5));
    CHECK_FALSE(closer->sampling.frames);
    report.lastFrameS = 50;  // two frames a second
    closer = zoomedRequest(request, report);
    CHECK(closer->sampling.fps == Approx(4));
    CHECK(closer->question == request.question);
}
