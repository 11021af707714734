// reelquery eval: many questions with known answers, dense and sparse, counted.

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/eval_checks.h"
#include "app/cli/eval_presets.h"
#include "app/cli/exit_codes.h"
#include "app/cli/interrupt.h"
#include "app/cli/selector_words.h"
#include "app/cli/shared_flags.h"
#include "app/version.h"
#include "core/base/format_text.h"
#include "core/base/media_time.h"
#include "core/eval/eval_report.h"
#include "core/eval/eval_run.h"
#include "core/eval/eval_summary.h"
#include "core/eval/report_files.h"
#include "core/session/ask/attention_choices.h"
#include "core/session/device_list.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

namespace {

struct EvalFlags {
    std::string suite, format, data, out, mode = "dense", subtitles = "off", preset;
    std::vector<std::string> beside;
    bool evidence = false;
    int limit = 0;
    std::optional<double> margin, control;
    ModelFlags model;
    SamplingFlags sampling;
    AttentionFlags attention;
    GenerationFlags generation;
    const CLI::App* command = nullptr;
};

/// A line on stderr: redrawn on a terminal, every few seconds in a pipe.
class EvalPrinter {
  public:
    void show(const EvalStep& step) {
        right_ += step.record.right;
        failed_ += !step.record.answered();
        ++shown_;
        const auto now = Clock::now();
        const bool last = step.done == step.total;
        if (!isTerminal_ && !last && now - drawn_ < std::chrono::seconds(5)) return;
        drawn_ = now;
        std::fprintf(stderr, "%s%zu of %zu  %d of %d right%s  %s left  %s %s%s",
                     isTerminal_ ? "\r\033[K" : "", step.done, step.total, right_, shown_ - failed_,
                     failed_ > 0 ? (", " + std::to_string(failed_) + " failed").c_str() : "",
                     formatClock(step.leftS).c_str(), step.record.mode.c_str(),
                     step.question.id.c_str(), isTerminal_ && !last ? "" : "\n");
        std::fflush(stderr);
    }

  private:
    using Clock = std::chrono::steady_clock;
    const bool isTerminal_ = isatty(STDERR_FILENO) != 0;
    Clock::time_point drawn_{};
    int right_ = 0, failed_ = 0, shown_ = 0;
};

EvalSuite readSuite(const EvalFlags& flags) {
    if (flags.suite.empty() == flags.format.empty()) {
        throw Error(ErrorCode::kUsage, "give either --suite DIR or --format NAME with --data DIR");
    }
    if (!flags.suite.empty()) return readSynthSuite(flags.suite, flags.subtitles != "off");
    if (flags.data.empty()) {
        throw Error(ErrorCode::kUsage, "--format needs --data, the folder of your copy");
    }
    return readPublicSuite(flags.format, flags.data);
}

std::vector<std::string> modeNames() {
    std::vector<std::string> names = attentionChoices();
    names.emplace_back("ab");
    return names;
}

std::vector<EvalMode> modesOf(const EvalFlags& flags) {
    const AttentionOptions given = flags.attention.result();
    std::vector<EvalMode> modes;
    const auto add = [&](const std::string& mode) {
        const AttentionOptions chosen = withChoice(given, mode);
        modes.push_back({mode, chosen.kind == AttentionKind::kDense ? AttentionOptions() : chosen});
    };
    if (flags.mode == "ab") {
        add("dense");
        add(given.selector.name);
        for (const std::string& words : flags.beside) {
            const AttentionOptions chosen = selectorOfWords(words, given, "--beside");
            if (chosen.kind == AttentionKind::kDense)
                throw Error(ErrorCode::kUsage, "--beside dense: it is there anyhow");
            const std::string& name = chosen.selector.name;
            modes.push_back({words, chosen, name == "random" || name == "window"});
        }
        if (flags.control) {
            AttentionOptions control = withChoice(given, "random");
            control.selector.density = *flags.control;
            control.selector.thresholdsFile.clear();
            modes.push_back({formatText("random at %.2f", *flags.control), control, true});
        }
    } else {
        if (flags.control || flags.margin || !flags.beside.empty())
            throw Error(ErrorCode::kUsage,
                        "--margin, --control and --beside hold a mode against dense",
                        "they go with --mode ab");
        add(flags.mode);
    }
    requireDifferent(modes);
    return modes;
}

void requireQuestions(const EvalSuite& suite) {
    if (!suite.questions.empty()) return;
    std::string missing;
    if (!suite.missingVideos.empty()) {
        missing = std::to_string(suite.missingVideos.size()) +
                  " videos are missing, the first is " + suite.missingVideos.front().string();
    }
    throw Error(ErrorCode::kUsage, suite.name + ": no question can be asked", missing);
}

/// A run without one answer is no result; its first failure says why.
void requireAnswers(const EvalSummary& summary) {
    for (const EvalRow& row : summary.totals) {
        if (row.total > 0) return;
    }
    if (summary.failures.empty()) return;
    throw Error(ErrorCode::kVideo, "not one question was answered: " + summary.failures[0].message,
                "report.md lists what failed");
}

void printTotals(const EvalSummary& summary, const std::string& out) {
    for (const EvalRow& row : summary.totals) {
        std::printf("%-12s %d of %d right (%.1f to %.1f %%)", row.mode.c_str(), row.correct,
                    row.total, 100 * row.interval.low, 100 * row.interval.high);
        if (row.scores) {
            std::printf(", score %.1f (%.1f to %.1f)", 100 * row.score, 100 * row.scores->lower,
                        100 * row.scores->upper);
        }
        if (row.mode != "dense") std::printf(", density %.1f %%", 100 * row.density);
        if (row.failed > 0) std::printf(", %d not answered", row.failed);
        std::printf("\n");
    }
    for (const EvalVerdict& one : summary.verdicts) {
        if (!one.verdict || one.length != "all") continue;
        std::printf("%s: %s, %+.2f points from dense (%+.2f to %+.2f), margin %.2f\n",
                    one.mode.c_str(), nameOf(*one.verdict).c_str(), 100 * one.found.difference,
                    100 * one.found.lower, 100 * one.found.upper, 100 * *summary.margin);
    }
    for (const EvalVerdict& one : summary.verdicts) {
        if (!one.firstTokenKl || one.length != "all") continue;
        std::printf("%s: first token KL(dense || it) %.3g nats (%.3g to %.3g), median %.3g\n",
                    one.mode.c_str(), one.firstTokenKl->mean, one.firstTokenKl->lower,
                    one.firstTokenKl->upper, one.firstTokenKl->median);
    }
    for (const EvalChoice& choice : summary.choices) {
        if (choice.length == "all") std::printf("%s\n", choiceText(choice).c_str());
    }
    if (!summary.missingVideos.empty()) {
        std::printf("%zu videos are missing; report.md lists them\n", summary.missingVideos.size());
    }
    std::printf("wrote summary.json, report.md and report.html to %s\n", out.c_str());
}

int runEvalCommand(EvalFlags& flags, const std::string& executable) {
    if (!flags.preset.empty()) {
        requireFitting(flags.preset, flags.format);
        applyPreset(flags.preset, *flags.command, flags.sampling, flags.attention, flags.subtitles);
    }
    EvalRequest request;
    request.suite = readSuite(flags);
    request.suiteId = suiteId(request.suite);
    request.suite.questions = limited(std::move(request.suite.questions), flags.limit);
    requireQuestions(request.suite);
    request.modes = modesOf(flags);
    request.ask.model = flags.model.modelChoice(executable);
    request.modelFiles = modelIdentity(request.ask.model.folder);
    request.program = kVersion;
    if (flags.margin) request.margin = *flags.margin / 100;
    for (EvalMode& mode : request.modes) {
        mode.attention = withOwnThreshold(mode.attention, request.ask.model.folder);
    }
    request.ask.sampling = flags.sampling.options();
    request.ask.decode = flags.sampling.decoding();
    request.ask.generation = flags.generation.result();
    request.ask.wantEvidence = flags.evidence;
    takeSubtitles(flags.subtitles, request.ask);
    if (!request.ask.subtitles.file.empty()) {
        throw Error(ErrorCode::kUsage, "--subtitles: '" + flags.subtitles + "' is one file",
                    "a suite has many films: off, auto, speech or speech=FOLDER");
    }
    request.isShortened = flags.command->count("--max-tokens") > 0;
    if (request.suite.maxNewTokens > 0 && !request.isShortened) {
        request.ask.generation.maxNewTokens = request.suite.maxNewTokens;
    }
    if (const auto line = longWordsLine(request)) {
        std::fprintf(stderr, "%s\n", line->c_str());
        request.suite.notes.push_back(*line);
    }
    const std::filesystem::path out = flags.out;
    makeFolder(out);
    request.log = out / "answers.jsonl";

    watchInterrupts();
    SessionStorage storage;  // films are asked about many times: each is heard once
    storage.speechFolder = defaultStorage().speechFolder;
    SessionCaller session([&](EventSink sink) { return makeSession(std::move(sink), storage); },
                          interruptRequested);
    EvalPrinter printer;
    const EvalOutcome outcome =
        runEval(request, session, [&](const EvalStep& step) { printer.show(step); });
    const EvalSummary summary = summarize(request, outcome, machineName(), kVersion);
    const ReportPage page = evalReport(summary);
    writeWhole(out / "summary.json", summaryJson(summary));
    writeWhole(out / "report.md", markdownOf(page));
    writeWhole(out / "report.html", htmlOf(page));
    printTotals(summary, flags.out);
    requireAnswers(summary);
    if (outcome.stopped) {
        std::fputs("stopped; the same command goes on from here\n", stderr);
        return kExitCancelled;
    }
    return kExitAnswered;
}

}  // namespace

Command addEvalCommand(CLI::App& app, const std::string& executable) {
    auto flags = std::make_shared<EvalFlags>();
    CLI::App* command =
        app.add_subcommand("eval", "Count right answers, dense and sparse, on a set of questions");
    command->add_option("--suite", flags->suite, "Folder written by make_suite.py");
    command->add_option("--format", flags->format, "A public set of which you have a copy")
        ->check(CLI::IsMember(publicFormats()));
    command->add_option("--data", flags->data, "Folder of that copy");
    command->add_option("--out", flags->out, "Folder for the answers and the report")->required();
    command->add_option("--mode", flags->mode, "dense, xattention, auto or ab (the first two)")
        ->check(CLI::IsMember(modeNames()))
        ->capture_default_str();
    command->add_option("--limit", flags->limit, "At most so many questions")
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--margin", flags->margin,
                     "With --mode ab: by how many percentage points of the questions sparse may be "
                     "worse; stated before the first answer, gives a verdict by films")
        ->check(CLI::Range(0.01, 50.0));
    command
        ->add_option(
            "--control", flags->control,
            "With --mode ab: also random blocks, this share of them (as many as sparse keeps); "
            "a result that they pass as well shows nothing about the choice of blocks")
        ->check(CLI::Range(0.001, 1.0));
    command
        ->add_option("--beside", flags->beside,
                     std::string("With --mode ab: a further way to choose blocks, held against the "
                                 "same dense answers; again for each: ") +
                         kSelectorWords + "; random and window are controls")
        ->take_all();
    command
        ->add_option("--preset", flags->preset,
                     "Settings of a published run, where no flag says otherwise: " + presetsText())
        ->check(CLI::IsMember(presetNames()));
    command->add_flag("--evidence", flags->evidence, "Check where the model looked as well");
    command
        ->add_option(
            "--subtitles", flags->subtitles,
            "What is said, for the model to read: off; auto (a file beside the video, else "
            "its own text track, else what was heard in it before); speech or "
            "speech=FOLDER (heard with a Whisper checkpoint, once a film)")
        ->capture_default_str();
    flags->model.addTo(*command);
    flags->sampling.addTo(*command);
    flags->attention.addTo(*command);
    flags->generation.addTo(*command);
    command->remove_option(command->get_option("--attention"));  // --mode says it
    flags->command = command;
    return [flags, executable] { return runEvalCommand(*flags, executable); };
}

}  // namespace reelquery
