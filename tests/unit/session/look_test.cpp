// Evidence and zoom in whole questions, on the embedded model and the film that comes with it.

#include <catch2/catch.hpp>

#include "core/session/ask/zoom.h"
#include "tests/unit/session/recorded_session.h"

using namespace reelquery;

namespace {

/// The cross is there from 56.6 s to 60.6 s (resources/samples/needles-10min.json).
constexpr TimeRange kCross{56.642, 60.606};

AskRequest crossQuestion(AttentionKind kind) {
    const std::filesystem::path resources = REELQUERY_RESOURCES;
    AskRequest request;
    request.video = resources / "samples" / "needles-10min.mp4";
    request.question = "What colour is the cross?";
    request.model.folder = resources / "demo_model";
    request.model.device = DeviceKind::kCpu;  // a card in the machine changes no test
    request.sampling.fromS = 30;
    request.sampling.toS = 90;
    request.attention.kind = kind;
    request.generation.maxNewTokens = 24;
    request.wantEvidence = true;
    return request;
}

}  // namespace

TEST_CASE("the evidence of a drawn clip holds the needle, dense and sparse", "[alike]") {
    const auto kind = GENERATE(AttentionKind::kDense, AttentionKind::kSparse);
    RecordedSession recorded;
    const AnswerReport report = answer(recorded, crossQuestion(kind));
    CHECK(report.answer.find("orange") != std::string::npos);
    const Evidence& evidence = report.evidence;
    REQUIRE(evidence.timesS.size() == report.frameTimesS.size() / 2);
    REQUIRE(evidence.weights.size() == evidence.timesS.size());
    for (std::size_t i = 0; i < evidence.timesS.size(); ++i) {
        CHECK(evidence.timesS[i] == report.frameTimesS[2 * i]);
    }
    REQUIRE_FALSE(evidence.moments.empty());
    CHECK(evidence.moments.size() <= 5);
    CHECK(evidence.moments[0].fromS < kCross.toS);
    CHECK(evidence.moments[0].toS > kCross.fromS);
    CHECK(report.evidenceS > 0);
}

TEST_CASE("looking for evidence changes neither this answer nor the next one", "[alike]") {
    RecordedSession recorded;
    AskRequest request = crossQuestion(AttentionKind::kDense);
    request.wantEvidence = false;
    const AnswerReport plain = answer(recorded, request);
    CHECK(plain.evidence.isEmpty());
    request.wantEvidence = true;
    CHECK(answer(recorded, request).answer == plain.answer);
    request.wantEvidence = false;
    const AnswerReport after = answer(recorded, request);
    CHECK(after.answer == plain.answer);
    CHECK(after.reusedTokens > 0);
}

TEST_CASE("a closer look takes frames inside the moments only, and more of them", "[alike]") {
    RecordedSession recorded;
    const AskRequest request = crossQuestion(AttentionKind::kDense);
    const AnswerReport first = answer(recorded, request);
    const auto closer = zoomedRequest(request, first);
    REQUIRE(closer);
    const AnswerReport second = answer(recorded, *closer);
    double lengthS = 0;
    for (const TimeRange& stretch : closer->sampling.within) {
        lengthS += stretch.toS - stretch.fromS;
    }
    for (const double timeS : second.frameTimesS) {
        bool isInside = false;
        for (const TimeRange& stretch : closer->sampling.within) {
            isInside = isInside || (timeS > stretch.fromS - 0.1 && timeS < stretch.toS + 0.1);
        }
        CHECK(isInside);
    }
    CHECK(second.frames / lengthS > 1.5 * first.frames / 60);
    CHECK(second.answer.find("orange") != std::string::npos);
}
