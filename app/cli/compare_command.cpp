// reelquery compare: one question answered dense and sparse, measured and set side by side.

#include <cstdio>
#include <memory>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/report_format.h"
#include "app/cli/request_loop.h"
#include "app/cli/shared_flags.h"
#include "app/cli/terminal_progress.h"
#include "core/session/report/report_json.h"

namespace reelquery {

namespace {

struct CompareFlags {
    QuestionFlags question;
    int rounds = 3;
    bool json = false;
};

std::optional<int> showEvent(const Event& event, bool json, TerminalProgress& progress) {
    if (const auto* step = std::get_if<Progress>(&event)) {
        progress.show(*step);
    } else if (const auto* heard = std::get_if<HeardTo>(&event)) {
        progress.show(*heard);
    } else if (const auto* scanned = std::get_if<ScannedTo>(&event)) {
        progress.show(*scanned);
    } else if (const auto* pass = std::get_if<ComparisonStep>(&event); pass && !json) {
        progress.clear();
        const char* side = pass->isSparse ? "XAttention" : "dense";
        if (pass->round == 0) {
            std::fprintf(stderr, "%s, warm-up\n", side);
        } else {
            std::fprintf(stderr, "%s, round %d of %d\n", side, pass->round, pass->rounds);
        }
    } else if (const auto* failed = std::get_if<Failed>(&event)) {
        progress.clear();
        throw Error(failed->code, failed->message, failed->hint);
    } else if (std::holds_alternative<Cancelled>(event)) {
        progress.clear();
        std::fputs("stopped\n", stderr);
        return kExitCancelled;
    } else if (const auto* done = std::get_if<ComparisonDone>(&event)) {
        progress.clear();
        const ComparisonReport& report = done->report;
        if (json) {
            std::printf("%s\n", comparisonJson(report).c_str());
        } else {
            std::printf("%-12s%s\n%-12s%s\n\n%s",
                        "dense:", terminalText(report.dense.report.answer).c_str(),
                        (sparseSide(report) + ":").c_str(),
                        terminalText(report.sparse.report.answer).c_str(),
                        comparisonTable(report).c_str());
        }
        return kExitAnswered;
    }
    return std::nullopt;
}

int runCompare(const CompareFlags& flags, const std::string& executable) {
    CompareRequest request;
    request.ask = flags.question.request(executable);
    request.rounds = flags.rounds;
    if (request.ask.attention.kind == AttentionKind::kDense) {
        throw Error(ErrorCode::kUsage, "--attention dense would be compared with itself",
                    "leave it out, or use xattention or auto");
    }
    TerminalProgress progress(flags.json);
    return RequestLoop(defaultStorage())
        .run([&](Session& session) { return session.compare(request); },
             [&](const Event& event) { return showEvent(event, flags.json, progress); });
}

}  // namespace

Command addCompareCommand(CLI::App& app, const std::string& executable) {
    auto flags = std::make_shared<CompareFlags>();
    flags->question.attention.kind = "xattention";
    CLI::App* command =
        app.add_subcommand("compare", "Answer a question dense and sparse and measure both");
    flags->question.addTo(*command);
    command->add_option("--rounds", flags->rounds, "Measured rounds after the warm-up")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_flag("--json", flags->json, "Print one JSON object instead of text");
    return [flags, executable] { return runCompare(*flags, executable); };
}

}  // namespace reelquery
