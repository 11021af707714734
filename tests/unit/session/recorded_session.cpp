#include "tests/unit/session/recorded_session.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "core/bench/random_checkpoint.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

fs::path testFolder() {
    // Of its own for every kind: two runs of this program may go on at once.
    const fs::path folder = fs::path(REELQUERY_TEST_DIR) / tinyKind();
    fs::create_directories(folder);
    return folder;
}

}  // namespace

std::string tinyKind() {
    const char* chosen = std::getenv("REELQUERY_TEST_KIND");  // NOLINT(concurrency-mt-unsafe)
    return chosen && *chosen ? chosen : "tiny";
}

fs::path tinyModel(const std::string& kind) {
    const fs::path folder = testFolder() / (kind + "-model");
    static std::set<std::string> written;
    if (written.insert(kind).second) {
        fs::remove_all(folder);
        writeRandomCheckpoint(kind, folder, 1);
    }
    return folder;
}

fs::path testClip(int seconds) {
    const fs::path clip = testFolder() / ("clip" + std::to_string(seconds) + ".mp4");
    if (!fs::exists(clip)) {
        const std::string command =
            "ffmpeg -hide_banner -loglevel error -y -f lavfi -i "
            "testsrc2=size=320x240:rate=10:duration=" +
            std::to_string(seconds) + " -c:v libx264 -g 20 -pix_fmt yuv420p '" + clip.string() +
            "'";
        if (std::system(command.c_str()) != 0) {  // NOLINT(concurrency-mt-unsafe)
            throw std::runtime_error("ffmpeg could not make " + clip.string());
        }
    }
    return clip;
}

fs::path emptyFolder(const std::string& name) {
    const fs::path folder = testFolder() / name;
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder;
}

AskRequest tinyQuestion(int clipSeconds, const std::string& kind) {
    AskRequest request;
    request.video = testClip(clipSeconds);
    request.question = "What happens?";
    request.model.folder = tinyModel(kind);
    request.model.device = DeviceKind::kCpu;  // a card in the machine changes no test
    request.model.dtype = DtypeChoice::kFloat32;
    request.generation.maxNewTokens = 8;
    return request;
}

bool isLast(const Event& event) {
    return !std::holds_alternative<Progress>(event) && !std::holds_alternative<FrameSeen>(event) &&
           !std::holds_alternative<AnswerDelta>(event) &&
           !std::holds_alternative<PlanReady>(event) &&
           !std::holds_alternative<ComparisonStep>(event) &&
           !std::holds_alternative<ScannedTo>(event) && !std::holds_alternative<HeardTo>(event) &&
           !std::holds_alternative<WatchedTo>(event);
}

RequestId requestOf(const Event& event) {
    return std::visit([](const auto& one) { return one.request; }, event);
}

RecordedSession::RecordedSession(const SessionStorage& storage)
    : session_(makeSession(
          [this](const Event& event) {
              if (onEvent) onEvent(event);
              std::lock_guard lock(mutex_);
              events_.push_back(event);
              arrived_.notify_all();
          },
          storage)) {}

RecordedSession::~RecordedSession() {
    close();
}

Event RecordedSession::waitFor(RequestId request) {
    Event last;
    waitUntil(request, [&](const Event& event) {
        if (isLast(event)) last = event;
        return isLast(event);
    });
    return last;
}

void RecordedSession::waitUntil(RequestId request,
                                const std::function<bool(const Event&)>& wanted) {
    std::unique_lock lock(mutex_);
    const bool came = arrived_.wait_for(lock, patience, [&] {
        return std::any_of(events_.begin(), events_.end(), [&](const Event& event) {
            return requestOf(event) == request && wanted(event);
        });
    });
    if (!came) throw std::runtime_error("the event waited for did not come in time");
}

std::vector<Event> RecordedSession::eventsOf(RequestId request) {
    std::lock_guard lock(mutex_);
    std::vector<Event> own;
    std::copy_if(events_.begin(), events_.end(), std::back_inserter(own),
                 [&](const Event& event) { return requestOf(event) == request; });
    return own;
}

void RecordedSession::close() {
    session_.reset();
}

bool inPhase(const Event& event, Phase phase) {
    const auto* progress = std::get_if<Progress>(&event);
    return progress && progress->phase == phase;
}

AnswerReport answered(const Event& last) {
    if (const auto* failed = std::get_if<Failed>(&last))
        FAIL(failed->message + " | " + failed->hint);
    REQUIRE(std::holds_alternative<AnswerDone>(last));
    return std::get<AnswerDone>(last).report;
}

AnswerReport answer(RecordedSession& recorded, const AskRequest& request) {
    return answered(recorded.waitFor(recorded.session().ask(request)));
}

AnswerReport freshAnswer(AskRequest request) {
    RecordedSession recorded;
    request.mayReuse = false;
    return answer(recorded, request);
}

}  // namespace reelquery
