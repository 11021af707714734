// reelquery ask: one question about one video, answered on the terminal.

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/report_format.h"
#include "app/cli/request_loop.h"
#include "app/cli/server_flags.h"
#include "app/cli/shared_flags.h"
#include "app/cli/terminal_progress.h"
#include "core/session/ask/zoom.h"
#include "core/session/report/report_json.h"

namespace reelquery {

namespace {

struct AskFlags {
    QuestionFlags question;
    ServerFlags server;
    std::string systemPrompt;
    std::vector<std::string> followUps;
    double maxMemoryGib = 0;
    bool json = false, quiet = false, planOnly = false, noCache = false;
    bool evidence = false, zoom = false;
};

/// Shows the events of one request as they arrive.
class AnswerPrinter {
  public:
    explicit AnswerPrinter(const AskFlags& flags)
        : json_(flags.json),
          quiet_(flags.quiet),
          planOnly_(flags.planOnly),
          wantsEvidence_(flags.evidence || flags.zoom),
          isRemote_(!flags.server.url.empty()),
          progress_(json_ || quiet_) {}

    /// What was answered last.
    const AnswerReport& report() const { return report_; }

    /// The next answer is a closer look into these stretches.
    void announceZoom(const std::vector<TimeRange>& within) {
        if (!json_ && !quiet_) std::printf("\nA closer look at %s:\n", rangesText(within).c_str());
        std::fflush(stdout);
    }

    /// Returns the exit code once the request has ended.
    std::optional<int> show(const Event& event) {
        return std::visit([this](const auto& one) { return show(one); }, event);
    }

  private:
    /// With a server the memory is not this machine's: what goes where is said instead.
    std::string lineOf(const Plan& plan) const {
        return isRemote_ ? planLineWithoutMemory(plan) + "; " + plan.reasons.front()
                         : planLine(plan);
    }

    std::optional<int> show(const PlanReady& ready) {
        if (planOnly_ && json_) {
            std::printf("%s\n", planJson(ready.plan).c_str());
            return kExitAnswered;
        }
        if (planOnly_) {
            std::printf("%s\n", lineOf(ready.plan).c_str());
            for (const std::string& why : ready.plan.reasons) std::printf("  %s\n", why.c_str());
            return kExitAnswered;
        }
        if (!json_ && !quiet_) std::fprintf(stderr, "%s\n", lineOf(ready.plan).c_str());
        return std::nullopt;
    }

    std::optional<int> show(const Progress& progress) {
        if (progress.phase != Phase::kAnswer) progress_.show(progress);
        return std::nullopt;
    }

    std::optional<int> show(const HeardTo& heard) {
        progress_.show(heard);
        return std::nullopt;
    }

    std::optional<int> show(const ScannedTo& scanned) {
        progress_.show(scanned);
        return std::nullopt;
    }

    std::optional<int> show(const AnswerDelta& delta) {
        if (json_) return std::nullopt;
        progress_.clear();
        const std::string text = terminalText(delta.text);
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
        midLine_ = true;
        return std::nullopt;
    }

    std::optional<int> show(const AnswerDone& done) {
        endLine();
        if (json_) {
            std::printf("%s\n", reportJson(done.report).c_str());
        } else if (!quiet_) {
            if (wantsEvidence_) std::printf("%s\n", evidenceText(done.report.evidence).c_str());
            std::printf("\n%s", reportTable(done.report).c_str());
        }
        std::fflush(stdout);
        report_ = done.report;
        return kExitAnswered;
    }

    std::optional<int> show(const Failed& failed) {
        endLine();
        throw Error(failed.code, failed.message, failed.hint);
    }

    std::optional<int> show(const Cancelled&) {
        endLine();
        std::fputs("stopped\n", stderr);
        return kExitCancelled;
    }

    template <class Other>
    std::optional<int> show(const Other&) {
        return std::nullopt;
    }

    void endLine() {
        progress_.clear();
        if (midLine_) std::fputc('\n', stdout);
        std::fflush(stdout);
        midLine_ = false;
    }

    const bool json_, quiet_, planOnly_, wantsEvidence_, isRemote_;
    TerminalProgress progress_;
    AnswerReport report_;
    bool midLine_ = false;
};

int runAsk(const AskFlags& flags, const std::string& executable) {
    AskRequest request = flags.question.request(executable);
    request.systemPrompt = flags.systemPrompt;
    request.wantEvidence = flags.evidence || flags.zoom;
    flags.server.refuseWhatItCannot(request);
    request.maxMemoryBytes = static_cast<std::int64_t>(flags.maxMemoryGib * (1 << 30));

    SessionStorage storage = defaultStorage();
    if (flags.noCache) storage.featureFolder.clear();
    AnswerPrinter printer(flags);
    const std::optional<RemoteServer> server = flags.server.server();
    RequestLoop loop([&](EventSink sink) {
        return server ? makeRemoteSession(std::move(sink), *server)
                      : makeSession(std::move(sink), storage);
    });
    const auto run = [&](const AskRequest& one) {
        return loop.run(
            [&](Session& session) { return flags.planOnly ? session.plan(one) : session.ask(one); },
            [&](const Event& event) { return printer.show(event); });
    };
    int code = run(request);
    for (const std::string& followUp : flags.followUps) {
        if (code != kExitAnswered) break;
        request.history.push_back({request.question, printer.report().answer});
        request.question = followUp;
        if (!flags.json && !flags.quiet) std::printf("\n> %s\n", followUp.c_str());
        code = run(request);
    }
    if (!flags.zoom || code != kExitAnswered) return code;
    const std::optional<AskRequest> closer = zoomedRequest(request, printer.report());
    if (!closer) {
        std::fputs("the model looked nowhere in particular: there is nothing to zoom into\n",
                   stderr);
        return code;
    }
    printer.announceZoom(closer->sampling.within);
    return run(*closer);
}

}  // namespace

Command addAskCommand(CLI::App& app, const std::string& executable) {
    auto flags = std::make_shared<AskFlags>();
    CLI::App* command = app.add_subcommand("ask", "Answer a question about a video");
    flags->question.addTo(*command);
    flags->server.addTo(*command);
    command
        ->add_option("--max-memory", flags->maxMemoryGib, "Refuse to need more than this, in GiB")
        ->check(CLI::PositiveNumber);
    command->add_option("--system", flags->systemPrompt, "System prompt; default: the model's own");
    command->add_flag("--evidence", flags->evidence,
                      "Also say where in the video the model looked");
    CLI::Option* zoom = command->add_flag(
        "--zoom", flags->zoom, "Then ask the last question again, closely, where the model looked");
    CLI::Option* followUp =
        command
            ->add_option("--follow-up", flags->followUps,
                         "Ask this next, knowing what was said; may be given several times")
            ->allow_extra_args(false);
    command->add_flag("--json", flags->json,
                      "Print a JSON object, one line an answer, instead of text");
    command->add_flag("--quiet", flags->quiet, "Print the answer only");
    command->add_flag("--plan", flags->planOnly, "Only say what the question would cost")
        ->excludes(followUp)
        ->excludes(zoom);
    command->add_flag("--no-cache", flags->noCache, "Neither use nor store video features on disk");
    return [flags, executable] { return runAsk(*flags, executable); };
}

}  // namespace reelquery
