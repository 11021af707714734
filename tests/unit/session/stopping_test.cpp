// A stop is heard while features go to a slow disk or come from it, while a model is brought into
// its number type, and costs nothing that was already said.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <stop_token>
#include <thread>

#include "core/device/copy_in_pieces.h"
#include "core/session/keep/feature_files.h"
#include "core/session/keep/loaded_model.h"
#include "core/session/watch/video_features.h"
#include "tests/support/time_bounds.h"
#include "tests/unit/session/recorded_session.h"

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
constexpr double kStopBoundS = 0.5 * kSlowdown;
constexpr std::int64_t kPlenty = std::int64_t{1} << 40;

/// 16 MB of rows in 32 planes: 64 pieces on disk, two a plane.
VideoFeatures manyFeatures() {
    VideoFeatures features;
    features.rows = at::randn({128, 1024});
    for (int plane = 1; plane < 32; ++plane) features.deep.push_back(at::randn({128, 1024}));
    features.grid = {1, 16, 32};
    features.frameTimesS = {0, 0.5};
    return features;
}

/// Seconds from a stop, requested once `work` has run for a fifth of a second, to its end, which
/// has to be kCancelled.
double secondsToStop(const std::function<void(const CancelToken&)>& work) {
    std::stop_source stop;
    Clock::time_point asked;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(200ms);
        asked = Clock::now();
        stop.request_stop();
    });
    ErrorCode code = ErrorCode::kInternal;
    try {
        work(stop.get_token());
        FAIL_CHECK("the work ended before it was stopped");
    } catch (const Error& error) {
        code = error.code();
    }
    const auto ended = Clock::now();
    stopper.join();
    CHECK(code == ErrorCode::kCancelled);
    return std::chrono::duration<double>(ended - asked).count();
}

/// 64 pieces take 6.4 s.
void slowDisk() {
    std::this_thread::sleep_for(100ms);
}

/// A question whose features are some 6 MB, on a disk that is told of every piece.
AskRequest questionOfManyFeatures() {
    AskRequest request = tinyQuestion(60);
    request.sampling.maxVideoTokens = 8192;
    return request;
}

}  // namespace

TEST_CASE("a stop while features are stored on a slow disk is heard and leaves no file",
          "[alike]") {
    const VideoFeatures features = manyFeatures();
    const double tookS = leastOfThree(kStopBoundS, [&] {
        const fs::path folder = emptyFolder("slow-store");
        const FeatureFiles files(folder, kPlenty, slowDisk);
        std::string note;
        const double seconds = secondsToStop(
            [&](const CancelToken& cancel) { files.store("key", features, note, cancel); });
        CHECK(fs::is_empty(folder));
        CHECK(note.empty());
        return seconds;
    });
    CHECK(tookS < kStopBoundS);
}

TEST_CASE("a stop while features come from a slow disk is heard and keeps the file", "[alike]") {
    const fs::path folder = emptyFolder("slow-load");
    const VideoFeatures features = manyFeatures();
    std::string note;
    FeatureFiles(folder, kPlenty).store("key", features, note, {});
    const double tookS = leastOfThree(kStopBoundS, [&] {
        const FeatureFiles files(folder, kPlenty, slowDisk);
        return secondsToStop(
            [&](const CancelToken& cancel) { files.load("key", {}, note, cancel); });
    });
    CHECK(tookS < kStopBoundS);
    CHECK(note.empty());
    const auto back = FeatureFiles(folder, kPlenty).load("key", {}, note, {});
    REQUIRE(back);
    CHECK(at::equal(back->rows, features.rows));
    CHECK(at::equal(back->deep.at(30), features.deep.at(30)));
}

TEST_CASE("a stop is heard while a large tensor changes its number type, whose values stay",
          "[alike]") {
    const at::Tensor source = at::randn({100, 77}).to(at::kHalf);
    CHECK(at::equal(toTarget(source, {false, -1}, {}), source.to(at::kFloat)));
    CHECK(at::equal(toTarget(source.t(), {true, -1}, {}), source.t().to(at::kBFloat16)));
    const at::Tensor same = at::randn({4});
    CHECK(toTarget(same, {false, -1}, {}).data_ptr() == same.data_ptr());

    const at::Tensor large = at::empty({std::int64_t{1} << 26}, at::kHalf).zero_();  // 128 MiB
    const double tookS = leastOfThree(kStopBoundS, [&] {
        return secondsToStop([&](const CancelToken& cancel) {
            for (;;) toTarget(large, {false, -1}, cancel);
        });
    });
    CHECK(tookS < kStopBoundS);
}

TEST_CASE("a stop ends the naming of a model's files") {
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(modelFilesId(tinyModel(), stop.get_token()), Error);
    CHECK(modelFilesId(tinyModel(), {}).size() == 32);
}

TEST_CASE("a stop while the features of an answer are stored keeps the answer and says so") {
    const AskRequest request = questionOfManyFeatures();
    std::string alone;
    {
        RecordedSession recorded;
        alone =
            std::get<AnswerDone>(recorded.waitFor(recorded.session().ask(request))).report.answer;
    }
    const double tookS = leastOfThree(kStopBoundS, [&] {
        SessionStorage storage;
        storage.featureFolder = emptyFolder("stop-storing");
        std::promise<void> begun;
        int pieces = 0;
        storage.afterPiece = [&] {
            if (++pieces == 2) begun.set_value();
            slowDisk();
        };
        RecordedSession recorded(storage);
        const RequestId id = recorded.session().ask(request);
        REQUIRE(begun.get_future().wait_for(1min) == std::future_status::ready);
        // The last word was said before the disk was asked.
        std::string said;
        for (const Event& event : recorded.eventsOf(id)) {
            if (const auto* delta = std::get_if<AnswerDelta>(&event)) said += delta->text;
        }
        CHECK(said == alone);
        const auto asked = Clock::now();
        recorded.session().cancel(id);
        const Event last = recorded.waitFor(id);
        const double seconds = std::chrono::duration<double>(Clock::now() - asked).count();
        REQUIRE(std::holds_alternative<AnswerDone>(last));
        const AnswerReport& report = std::get<AnswerDone>(last).report;
        CHECK(report.answer == alone);
        REQUIRE(report.notes.size() == 1);
        CHECK(report.notes[0] == "the video features were not stored: stopped");
        CHECK(storedFeatures(storage.featureFolder).videos == 0);

        // The next question about the video stores them.
        pieces = 100;
        CHECK(std::get<AnswerDone>(recorded.waitFor(recorded.session().ask(request)))
                  .report.featuresFromCache);
        CHECK(storedFeatures(storage.featureFolder).videos == 1);
        return seconds;
    });
    CHECK(tookS < kStopBoundS);
}

TEST_CASE("a stop while stored features are read ends the question") {
    SessionStorage storage;
    storage.featureFolder = emptyFolder("stop-loading");
    const AskRequest request = questionOfManyFeatures();
    {
        RecordedSession recorded(storage);
        recorded.waitFor(recorded.session().ask(request));
    }
    REQUIRE(storedFeatures(storage.featureFolder).videos == 1);
    const double tookS = leastOfThree(kStopBoundS, [&] {
        std::promise<void> begun;
        int pieces = 0;
        storage.afterPiece = [&] {
            if (++pieces == 2) begun.set_value();
            slowDisk();
        };
        RecordedSession recorded(storage);
        const RequestId id = recorded.session().ask(request);
        REQUIRE(begun.get_future().wait_for(1min) == std::future_status::ready);
        const auto asked = Clock::now();
        recorded.session().cancel(id);
        CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(id)));
        return std::chrono::duration<double>(Clock::now() - asked).count();
    });
    CHECK(tookS < kStopBoundS);
    CHECK(storedFeatures(storage.featureFolder).videos == 1);
}

TEST_CASE("a stop while the evidence is looked for keeps the answer and says so") {
    AskRequest request = questionOfManyFeatures();
    RecordedSession recorded;
    const AnswerReport alone =
        std::get<AnswerDone>(recorded.waitFor(recorded.session().ask(request))).report;
    request.wantEvidence = true;

    RecordedSession stopped;
    stopped.onEvent = [&](const Event& event) {
        const auto* progress = std::get_if<Progress>(&event);
        if (!progress || progress->phase != Phase::kAnswer) return;
        if (progress->done == progress->total) stopped.session().cancel(progress->request);
    };
    request.generation.maxNewTokens = 3;  // ends by the limit, which no poll follows
    const Event last = stopped.waitFor(stopped.session().ask(request));
    REQUIRE(std::holds_alternative<AnswerDone>(last));
    const AnswerReport& report = std::get<AnswerDone>(last).report;
    CHECK(alone.answer.starts_with(report.answer));
    CHECK(report.answerTokens == 3);
    CHECK(report.evidence.isEmpty());
    REQUIRE_FALSE(report.notes.empty());
    CHECK(report.notes[0] == "no evidence: stopped");
}
