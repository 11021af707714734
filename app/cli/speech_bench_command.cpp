// reelquery bench speech: a Whisper model of a published shape, random weights.

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/report_format.h"
#include "core/base/option_names.h"
#include "core/bench/random_checkpoint.h"
#include "core/bench/speech_bench.h"

namespace reelquery {

namespace {

struct SpeechBenchFlags {
    SpeechBenchOptions options;
    std::string device = "auto", dtype = "auto";
    bool json = false;
};

nlohmann::ordered_json medianObject(const BenchTime& time) {
    return {{"median", time.medianMs}, {"min", time.minMs}, {"max", time.maxMs}};
}

int runSpeechBench(const SpeechBenchFlags& flags) {
    SpeechBenchOptions options = flags.options;
    options.device = *named<DeviceKind>(flags.device);
    options.dtype = *named<DtypeChoice>(flags.dtype);
    const SpeechBenchReport report = measureSpeech(options, {});
    if (flags.json) {
        const nlohmann::ordered_json json = {{"like", report.kind},
                                             {"device", report.device},
                                             {"dtype", report.dtype},
                                             {"parameters", report.parameters},
                                             {"windows", report.windows},
                                             {"tokens", report.tokens},
                                             {"spectrum_ms", medianObject(report.spectrum)},
                                             {"encoder_ms", medianObject(report.encoder)},
                                             {"decoder_ms_per_token", medianObject(report.decoder)},
                                             {"words_ms", medianObject(report.words)},
                                             {"times_real_time", report.timesRealTime()},
                                             {"peak_bytes", report.peakBytes}};
        std::printf("%s\n", json.dump(1).c_str());
        return kExitAnswered;
    }
    std::printf("%s, random weights, %s, %s\n", report.kind.c_str(), report.device.c_str(),
                report.dtype.c_str());
    const auto row = [](const char* what, const BenchTime& time) {
        std::printf("  %-34s %10.2f ms (%.2f-%.2f)\n", what, time.medianMs, time.minMs, time.maxMs);
    };
    row("spectrum of a window of 30 s", report.spectrum);
    row("encoder, a window", report.encoder);
    row("times of a window's words", report.words);
    row(("decoder, a token of " + std::to_string(report.windows) + " windows").c_str(),
        report.decoder);
    std::printf("%.1f times real time with %d tokens a window; peak %s\n", report.timesRealTime(),
                report.tokens, formatBytes(report.peakBytes).c_str());
    return kExitAnswered;
}

}  // namespace

Command addSpeechBenchCommand(CLI::App& bench) {
    auto flags = std::make_shared<SpeechBenchFlags>();
    CLI::App* command = bench.add_subcommand(
        "speech", "How fast a Whisper model of a published shape hears, with random weights");
    SpeechBenchOptions& options = flags->options;
    command->add_option("--like", options.kind, "Whose shape it has")
        ->check(CLI::IsMember(randomSpeechCheckpointKinds()))
        ->capture_default_str();
    command
        ->add_option("--windows", options.windows,
                     "Windows of 30 s heard side by side; 0: as many as transcribe takes")
        ->check(CLI::Range(0, 256))
        ->capture_default_str();
    command->add_option("--tokens", options.tokens, "Tokens said in each window")
        ->check(CLI::Range(1, 224))
        ->capture_default_str();
    command->add_option("--device", flags->device, "auto, cpu or cuda")
        ->check(CLI::IsMember(namesOf<DeviceKind>()))
        ->capture_default_str();
    command->add_option("--dtype", flags->dtype, "auto, float32 or bfloat16")
        ->check(CLI::IsMember(namesOf<DtypeChoice>()))
        ->capture_default_str();
    command->add_option("--repetitions", options.repetitions, "Timed runs of each")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_flag("--json", flags->json, "Print one JSON object");
    return [flags] { return runSpeechBench(*flags); };
}

}  // namespace reelquery
