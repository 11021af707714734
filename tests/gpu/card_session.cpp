#include "tests/gpu/card_session.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <variant>

#include "core/bench/random_checkpoint.h"
#include "core/device/cuda_libraries.h"

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

CardFolders& cardFolders() {
    static CardFolders folders;
    return folders;
}

int card() {
    return cudaLibraries().usable()->card.index;
}

double gib(std::int64_t bytes) {
    return static_cast<double>(bytes) / double(std::int64_t{1} << 30);
}

std::filesystem::path randomModel(const std::string& kind) {
    const std::filesystem::path folder = cardFolders().scratch / kind;
    if (!std::filesystem::exists(folder / "tokenizer.json")) {
        const auto start = Clock::now();
        writeRandomCheckpoint(kind, folder, 1);
        std::printf("wrote %s in %.0f s\n", kind.c_str(),
                    std::chrono::duration<double>(Clock::now() - start).count());
    }
    return folder;
}

AskRequest sampleQuestion(const std::string& words) {
    AskRequest request;
    request.video = cardFolders().resources / "samples" / "needles-10min.mp4";
    request.question = words;
    request.model.folder = cardFolders().resources / "demo_model";
    request.model.device = DeviceKind::kCuda;
    request.sampling.fromS = 52;
    request.sampling.toS = 92;
    request.sampling.fps = 1;
    request.generation.maxNewTokens = 32;
    return request;
}

AskRequest largeQuestion(std::int64_t videoTokens, const std::string& kind) {
    AskRequest request;
    request.video = cardFolders().resources / "samples" / "needles-10min.mp4";
    request.question = "What happens?";
    request.model.folder = randomModel(kind);
    request.model.device = DeviceKind::kCuda;
    request.sampling.maxVideoTokens = videoTokens;
    request.sampling.fps = 2;
    request.generation.maxNewTokens = 100;
    return request;
}

Plan planned(RecordedSession& recorded, const AskRequest& request) {
    const Event last = [&] {
        const RequestId id = recorded.session().plan(request);
        recorded.waitUntil(id, [](const Event& event) {
            return std::holds_alternative<PlanReady>(event) || isLast(event);
        });
        return recorded.eventsOf(id).back();
    }();
    REQUIRE(std::holds_alternative<PlanReady>(last));
    return std::get<PlanReady>(last).plan;
}

}  // namespace reelquery
