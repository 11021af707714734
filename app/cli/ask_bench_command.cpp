// reelquery bench ask: how long a question waits for its first word, from the file to the token,
// asked cold, about a video that was watched ahead, and in the middle of watching.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/request_loop.h"
#include "app/cli/shared_flags.h"
#include "app/cli/terminal_progress.h"
#include "core/base/format_text.h"

namespace reelquery {

namespace {

struct AskBenchFlags {
    QuestionFlags question;
    int repetitions = 3;
    std::optional<double> density;
    bool isColdOnly = false;
    bool json = false;
};

/// What one repetition found. Every way has a session of its own, with the model loaded before.
struct Waits {
    AnswerReport cold, watched, halfWay;
    double watchingS = 0;
};

/// Seconds, one of each repetition.
struct Seconds {
    std::vector<double> all;

    double median() const {
        std::vector<double> sorted = all;
        std::sort(sorted.begin(), sorted.end());
        const std::size_t half = sorted.size() / 2;
        return sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    nlohmann::ordered_json json() const {
        const auto [least, most] = std::minmax_element(all.begin(), all.end());
        return {{"median", median()}, {"min", *least}, {"max", *most}};
    }
};

/// Stages run side by side: what the tower and the language model are busy with, and what the tower
/// waits for frames, add up to the first token but for planning and layout.
struct Stage {
    const char* name;
    StageTime AnswerReport::*time;
    Seconds busy = {}, waited = {};
};

/// Throws what ended a request early.
void requireNoEnd(const Event& event) {
    if (const auto* failed = std::get_if<Failed>(&event)) {
        throw Error(failed->code, failed->message, failed->hint);
    }
    if (std::holds_alternative<Cancelled>(event)) throw Error(ErrorCode::kCancelled, "stopped", "");
}

class AskBench {
  public:
    AskBench(const AskRequest& request, bool quiet) : request_(request), progress_(quiet) {}

    Waits measure(bool isColdOnly) {
        Waits waits;
        AskRequest cold = request_;
        cold.mayReuse = false;
        waits.cold = ask(loaded(), cold);
        if (isColdOnly) return waits;
        RequestLoop& warm = loaded();
        const auto began = std::chrono::steady_clock::now();
        run(
            warm, [&](Session& session) { return session.watch(request_); },
            [](const Event& event) { return std::holds_alternative<Watched>(event); });
        waits.watchingS =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        waits.watched = ask(warm, request_);
        waits.halfWay = askHalfWay(loaded(), waits.cold);
        return waits;
    }

  private:
    using IsEnd = std::function<bool(const Event&)>;

    /// A new session that holds the model and nothing else.
    RequestLoop& loaded() {
        loop_.reset();
        loop_ = std::make_unique<RequestLoop>(SessionStorage());
        run(
            *loop_, [&](Session& session) { return session.loadModel(request_.model); },
            [](const Event& event) { return std::holds_alternative<ModelReady>(event); });
        return *loop_;
    }

    void run(RequestLoop& loop, const StartRequest& start, const IsEnd& isEnd) {
        loop.run(start, [&](const Event& event) -> std::optional<int> {
            requireNoEnd(event);
            if (const auto* step = std::get_if<Progress>(&event)) progress_.show(*step);
            if (!isEnd(event)) return std::nullopt;
            progress_.clear();
            return kExitAnswered;
        });
    }

    AnswerReport ask(RequestLoop& loop, const AskRequest& request) {
        AnswerReport report;
        run(
            loop, [&](Session& session) { return session.ask(request); },
            [&](const Event& event) {
                const auto* done = std::get_if<AnswerDone>(&event);
                if (done) report = done->report;
                return done != nullptr;
            });
        return report;
    }

    /// Asks when half of the video was watched.
    AnswerReport askHalfWay(RequestLoop& loop, const AnswerReport& cold) {
        AnswerReport report;
        Session* session = nullptr;
        bool isAsked = false;
        const double halfS = (cold.firstFrameS + cold.lastFrameS) / 2;
        run(
            loop,
            [&](Session& own) {
                session = &own;
                return own.watch(request_);
            },
            [&](const Event& event) {
                const auto* watched = std::get_if<WatchedTo>(&event);
                if (watched && watched->timeS >= halfS && !std::exchange(isAsked, true))
                    session->ask(request_);
                const auto* done = std::get_if<AnswerDone>(&event);
                if (done) report = done->report;
                return done != nullptr;
            });
        return report;
    }

    const AskRequest request_;
    TerminalProgress progress_;
    std::unique_ptr<RequestLoop> loop_;
};

int benchAsk(const AskBenchFlags& flags, const std::string& executable) {
    AskRequest request = flags.question.request(executable);
    if (flags.density && request.attention.kind != AttentionKind::kSparse) {
        throw Error(ErrorCode::kUsage, "--density is for sparse attention alone",
                    "add --attention xattention");
    }
    request.attention.forcedDensity = flags.density;
    AskBench bench(request, flags.json);
    Seconds cold, watching, watched, halfWay, waited;
    std::vector<Stage> stages = {{"decode", &AnswerReport::decodeStage},
                                 {"encode", &AnswerReport::encodeStage},
                                 {"prefill", &AnswerReport::prefillStage}};
    AnswerReport last;
    bool isSame = true;
    for (int at = 0; at < flags.repetitions; ++at) {
        const Waits waits = bench.measure(flags.isColdOnly);
        last = waits.cold;
        cold.all.push_back(last.firstTokenS - last.loadS);
        for (Stage& stage : stages) {
            stage.busy.all.push_back((last.*stage.time).busyS);
            stage.waited.all.push_back((last.*stage.time).waitedS);
        }
        if (flags.isColdOnly) continue;
        watching.all.push_back(waits.watchingS);
        watched.all.push_back(waits.watched.firstTokenS);
        halfWay.all.push_back(waits.halfWay.firstTokenS);
        waited.all.push_back(waits.halfWay.waitedS);
        isSame =
            isSame && waits.watched.answer == last.answer && waits.halfWay.answer == last.answer;
    }
    if (flags.json) {
        nlohmann::ordered_json busyS, waitedS;
        for (const Stage& stage : stages) {
            busyS[stage.name] = stage.busy.json();
            waitedS[stage.name] = stage.waited.json();
        }
        nlohmann::ordered_json json = {
            {"video", request.video.string()},
            {"model", last.model},
            {"device", last.device},
            {"dtype", last.dtype},
            {"weights", last.weights},
            {"attention", last.attention},
            {"forced_density", flags.density ? nlohmann::ordered_json(*flags.density) : nullptr},
            {"frames", last.frames},
            {"sampling", last.samplingUsed},
            {"video_tokens", last.videoTokens},
            {"prompt_tokens", last.promptTokens},
            {"repetitions", flags.repetitions},
            {"first_token_s", cold.json()},
            {"busy_s", busyS},
            {"waited_s", waitedS}};
        if (!flags.isColdOnly) {
            json["watched_ahead"] = {{"watching_s", watching.json()},
                                     {"first_token_s", watched.json()}};
            json["asked_half_way"] = {{"waited_s", waited.json()},
                                      {"first_token_s", halfWay.json()}};
            json["same_answers"] = isSame;
        }
        std::printf("%s\n", json.dump(2).c_str());
        return kExitAnswered;
    }
    std::printf("%s, %s on %s, %s\n%d frames (%s), %lld video tokens, medians of %d\n",
                last.model.c_str(), last.dtype.c_str(), last.device.c_str(), last.attention.c_str(),
                last.frames, last.samplingUsed.c_str(), static_cast<long long>(last.videoTokens),
                flags.repetitions);
    const auto row = [](const char* name, const Seconds& seconds) {
        std::printf("%-34s %8.3f s\n", name, seconds.median());
    };
    row("first token, cold", cold);
    for (const Stage& stage : stages) {
        std::printf("  %-32s %8.3f s busy, %.3f s waited\n", stage.name, stage.busy.median(),
                    stage.waited.median());
    }
    if (flags.isColdOnly) return kExitAnswered;
    row("watching ahead", watching);
    row("first token, watched ahead", watched);
    row("first token, asked half way", halfWay);
    row("  of that the rest of watching", waited);
    std::printf("%s\n", isSame ? "the answers are the same" : "THE ANSWERS DIFFER");
    return kExitAnswered;
}

}  // namespace

Command addAskBenchCommand(CLI::App& app, const std::string& executable) {
    auto flags = std::make_shared<AskBenchFlags>();
    flags->question.generation.options.maxNewTokens = 16;
    CLI::App* command = app.add_subcommand(
        "ask", "Time from the file to an answer's first word: cold, watched ahead, half way");
    flags->question.addTo(*command);
    // A measurement needs a film, not a certain question.
    flags->question.question = "What happens?";
    command->get_option("question")->required(false);
    command->add_option("--repetitions", flags->repetitions, "Timed runs of each")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_flag("--cold", flags->isColdOnly, "The first alone: nothing watched ahead");
    command
        ->add_option("--density", flags->density,
                     "With --attention xattention: keep this share of the blocks, drawn at random "
                     "behind the choice's back, as random weights choose like no real model")
        ->check(CLI::Range(0.001, 1.0));
    command->add_flag("--json", flags->json, "Print one JSON object instead of text");
    return [flags, executable] { return benchAsk(*flags, executable); };
}

}  // namespace reelquery
