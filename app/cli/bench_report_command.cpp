#include "app/cli/bench_report_command.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "app/cli/exit_codes.h"
#include "app/cli/interrupt.h"
#include "app/cli/shared_flags.h"
#include "app/version.h"
#include "core/eval/length_report.h"
#include "core/eval/report_files.h"
#include "core/eval/session_caller.h"
#include "core/session/device_list.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

namespace {

constexpr double kReachedShare = 0.5;  // of a budget; small ones are missed by most of a frame

struct ReportFlags {
    std::string out, video, question;
    std::vector<std::int64_t> lengths = {1024, 2048, 4096, 8192};
    std::vector<std::string> evals;
    int rounds = 3;
    ModelFlags model;
    SamplingFlags sampling;
    AttentionFlags attention;
    GenerationFlags generation;
};

CompareRequest comparisonOf(const ReportFlags& flags, const std::string& executable) {
    CompareRequest request;
    request.rounds = flags.rounds;
    AskRequest& ask = request.ask;
    const SampleVideo sample = sampleVideo(executable);
    ask.video = flags.video.empty() ? sample.path : std::filesystem::path(flags.video);
    ask.question = flags.question;
    if (ask.question.empty() && flags.video.empty() && !sample.questions.empty()) {
        ask.question = sample.questions.front();
    }
    if (ask.question.empty()) ask.question = "What happens in this video?";
    if (ask.video.empty()) {
        throw Error(ErrorCode::kUsage, "the sample video is not installed",
                    "give one with --video");
    }
    ask.model = flags.model.modelChoice(executable);
    ask.sampling = flags.sampling.options();
    ask.decode = flags.sampling.decoding();
    ask.attention = flags.attention.result();
    ask.generation = flags.generation.result();
    if (ask.attention.kind == AttentionKind::kDense) {
        throw Error(ErrorCode::kUsage, "--attention dense would be compared with itself",
                    "leave it out, or use xattention or auto");
    }
    return request;
}

void showStep(const Event& event, std::int64_t budget) {
    const auto* step = std::get_if<ComparisonStep>(&event);
    if (!step) return;
    std::fprintf(stderr, "%lld video tokens: %s, %s\n", static_cast<long long>(budget),
                 step->isSparse ? "XAttention" : "dense",
                 step->round == 0 ? "warm-up"
                                  : ("round " + std::to_string(step->round) + " of " +
                                     std::to_string(step->rounds))
                                        .c_str());
}

/// Compares at every length the video reaches. False once the run was stopped.
bool measure(const ReportFlags& flags, CompareRequest request, LengthReport& report) {
    SessionCaller session([](EventSink sink) { return makeSession(std::move(sink)); },
                          interruptRequested);
    for (const std::int64_t budget : flags.lengths) {
        request.ask.sampling.maxVideoTokens = budget;
        const Event end = session.compare(request, [&](const Event& e) { showStep(e, budget); });
        if (std::holds_alternative<Cancelled>(end)) return false;
        if (const auto* failed = std::get_if<Failed>(&end)) {
            // What one length cannot have, e.g. the memory, a shorter one may.
            if (failed->code != ErrorCode::kMemory) {
                throw Error(failed->code, failed->message, failed->hint);
            }
            report.notes.push_back(std::to_string(budget) + " tokens: " + failed->message);
            continue;
        }
        report.points.push_back({budget, std::get<ComparisonDone>(end).report});
        const std::int64_t reached = report.points.back().comparison.dense.report.videoTokens;
        if (static_cast<double>(reached) < kReachedShare * static_cast<double>(budget)) {
            report.notes.push_back(
                "The video gives no more than " + std::to_string(reached) +
                " tokens at this sampling; --free-sampling with a higher --fps takes more.");
            break;
        }
    }
    return true;
}

int runReport(const ReportFlags& flags, const std::string& executable) {
    const CompareRequest request = comparisonOf(flags, executable);
    const std::filesystem::path out = flags.out;
    makeFolder(out);
    LengthReport report;
    for (const std::string& folder : flags.evals) {
        for (AccuracyPoint& point : readAccuracy(std::filesystem::path(folder) / "summary.json")) {
            report.accuracy.push_back(std::move(point));
        }
    }
    report.video = request.ask.video.filename().string();
    report.question = request.ask.question;
    report.machine = machineName();
    report.clock = processorClock();
    report.version = kVersion;
    watchInterrupts();
    const bool whole = measure(flags, request, report);
    if (report.points.empty()) {
        if (!whole) return kExitCancelled;
        throw Error(ErrorCode::kMemory, "no length could be measured: " + report.notes.front());
    }
    report.settings = report.points.front().comparison.sparse.report.attention;
    const ReportPage page = lengthPage(report);
    writeWhole(out / "report.json", lengthJson(report));
    writeWhole(out / "report.csv", lengthCsv(report));
    writeWhole(out / "report.md", markdownOf(page));
    writeWhole(out / "report.html", htmlOf(page));
    std::printf("wrote report.html, report.md, report.csv and report.json to %s\n",
                flags.out.c_str());
    return whole ? kExitAnswered : kExitCancelled;
}

}  // namespace

std::function<int()> addBenchReport(CLI::App& bench, const std::string& executable) {
    auto flags = std::make_shared<ReportFlags>();
    flags->attention.kind = "xattention";
    flags->generation.options.maxNewTokens = 32;
    CLI::App* command = bench.add_subcommand(
        "report", "Compare dense and sparse at several lengths and write a report with plots");
    command->add_option("--out", flags->out, "Folder for the report")->required();
    command->add_option("--video", flags->video, "A video; default: the sample");
    command->add_option("--question", flags->question, "What to ask about it");
    command->add_option("--lengths", flags->lengths, "Video token budgets")
        ->delimiter(',')
        ->check(CLI::Range(std::int64_t{64}, std::int64_t{4'000'000}))
        ->capture_default_str();
    command->add_option("--rounds", flags->rounds, "Measured rounds after the warm-up")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command
        ->add_option("--eval", flags->evals,
                     "Folder that reelquery eval wrote, for the plot of right answers; repeatable")
        ->check(CLI::ExistingDirectory);
    flags->model.addTo(*command);
    flags->sampling.addTo(*command);
    flags->attention.addTo(*command);
    flags->generation.addTo(*command);
    command->remove_option(command->get_option("--max-video-tokens"));  // --lengths says it
    return [flags, executable] { return runReport(*flags, executable); };
}

}  // namespace reelquery
