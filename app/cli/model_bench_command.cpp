// reelquery bench model: a whole model of a published shape, random weights.

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/report_format.h"
#include "core/base/option_names.h"
#include "core/bench/model_bench.h"
#include "core/bench/random_checkpoint.h"

namespace reelquery {

namespace {

struct ModelBenchFlags {
    ModelBenchOptions options;
    std::string device = "auto", dtype = "auto", part = "all", weights = "stored";
    bool json = false;
};

nlohmann::ordered_json timeObject(const BenchTime& time) {
    return {{"median", time.medianMs}, {"min", time.minMs}, {"max", time.maxMs}};
}

nlohmann::ordered_json modelRowObject(const ModelBenchRow& row) {
    nlohmann::ordered_json json = {{"video_tokens", row.videoTokens},
                                   {"prompt_tokens", row.promptTokens},
                                   {"attention", row.attention},
                                   {"density", row.density},
                                   {"prefill_ms", timeObject(row.prefill)},
                                   {"attention_ms", row.attentionMs},
                                   {"selection_ms", row.selectionMs},
                                   {"peak_bytes", row.peakBytes}};
    if (row.threshold) json["threshold"] = *row.threshold;
    if (row.forced) json["forced_density"] = *row.forced;
    if (row.decode) json["decode_ms_per_token"] = timeObject(*row.decode);
    if (!row.decodeMode.empty()) json["decode_mode"] = row.decodeMode;
    return json;
}

nlohmann::ordered_json reportObject(const ModelBenchReport& report) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const ModelBenchRow& row : report.rows) rows.push_back(modelRowObject(row));
    return {{"like", report.kind},
            {"device", report.device},
            {"dtype", report.dtype},
            {"parameters", report.parameters},
            {"weight_bytes", report.weightBytes},
            {"vision_tokens", report.visionTokens},
            {"vision_ms", timeObject(report.vision)},
            {"vision_first_ms", report.visionFirstMs},
            {"vision_tokens_per_s", report.visionTokensPerS()},
            {"rows", rows}};
}

void printHead(const ModelBenchReport& report) {
    std::printf("%s, random weights, %s, %s, %s of weights\n", report.kind.c_str(),
                report.device.c_str(), report.dtype.c_str(),
                formatBytes(report.weightBytes).c_str());
    if (report.visionTokens > 0)
        std::printf(
            "vision tower: %lld tokens in %.1f ms, %.0f tokens/s; the first run took %.1f ms\n",
            static_cast<long long>(report.visionTokens), report.vision.medianMs,
            report.visionTokensPerS(), report.visionFirstMs);
    std::printf("%8s  %-12s %6s %12s %12s %11s %10s %10s  %s\n", "tokens", "blocks", "kept",
                "prefill ms", "attention ms", "choosing ms", "decode ms", "peak", "decoding by");
}

void printModelRow(const ModelBenchRow& row) {
    char blocks[32] = "dense", decode[32] = "";
    if (row.threshold) std::snprintf(blocks, sizeof blocks, "tau %.2f", *row.threshold);
    if (row.forced) std::snprintf(blocks, sizeof blocks, "random %.2f", *row.forced);
    if (row.decode) std::snprintf(decode, sizeof decode, "%.2f", row.decode->medianMs);
    std::printf("%8lld  %-12s %6.3f %12.1f %12.1f %11.1f %10s %10s  %s\n",
                static_cast<long long>(row.videoTokens), blocks, row.density, row.prefill.medianMs,
                row.attentionMs, row.selectionMs, decode, formatBytes(row.peakBytes).c_str(),
                row.decodeMode.c_str());
    std::fflush(stdout);
}

int runModelBench(ModelBenchFlags& flags) {
    ModelBenchOptions& options = flags.options;
    options.device = *named<DeviceKind>(flags.device);
    options.dtype = *named<DtypeChoice>(flags.dtype);
    options.weights = *named<WeightChoice>(flags.weights);
    if (flags.part != "all")
        options.part = flags.part == "vision" ? ModelPart::kVision : ModelPart::kLanguage;
    const ModelBenchReport report = benchModel(options, [&](const ModelBenchReport& sofar) {
        if (flags.json) return;
        if (sofar.rows.empty()) {
            printHead(sofar);
        } else {
            printModelRow(sofar.rows.back());
        }
    });
    if (flags.json) std::printf("%s\n", reportObject(report).dump(1).c_str());
    return kExitAnswered;
}

}  // namespace

Command addModelBenchCommand(CLI::App& bench) {
    auto flags = std::make_shared<ModelBenchFlags>();
    CLI::App* command = bench.add_subcommand(
        "model", "Vision tower, prefill and decoding of a published shape with random weights");
    ModelBenchOptions& options = flags->options;
    command->add_option("--like", options.kind, "Whose shape it has")
        ->check(CLI::IsMember(randomCheckpointKinds()))
        ->capture_default_str();
    command->add_option("--video-tokens", options.videoTokens, "Lengths, several allowed")
        ->delimiter(',')
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{4'000'000}))
        ->capture_default_str();
    command
        ->add_option("--density", options.densities,
                     "Also sparse with random blocks of these densities, selection included")
        ->delimiter(',')
        ->check(CLI::Range(0.0, 1.0));
    command
        ->add_option("--threshold", options.thresholds,
                     "Also sparse with the blocks kept at these thresholds")
        ->delimiter(',')
        ->check(CLI::Range(0.0, 1.0));
    command->add_option("--stride", options.stride, "Spacing of the antidiagonals")
        ->check(CLI::IsMember(kernels::kScoreStrides))
        ->capture_default_str();
    command->add_option("--part", flags->part, "all, vision (the tower) or language (the rest)")
        ->check(CLI::IsMember({"all", "vision", "language"}))
        ->capture_default_str();
    command->add_option("--device", flags->device, "auto, cpu or cuda")
        ->check(CLI::IsMember(namesOf<DeviceKind>()))
        ->capture_default_str();
    command->add_option("--dtype", flags->dtype, "auto, float32 or bfloat16")
        ->check(CLI::IsMember(namesOf<DtypeChoice>()))
        ->capture_default_str();
    command->add_option("--weights", flags->weights, "stored, fp8, int8 or int4, as for ask")
        ->check(CLI::IsMember(namesOf<WeightChoice>()))
        ->capture_default_str();
    command
        ->add_option("--chunk-tokens", options.chunkTokens,
                     "Prompt tokens read at a time; 0: default")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000}))
        ->capture_default_str();
    command->add_option("--repetitions", options.repetitions, "Timed runs of each")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--decode-tokens", options.decodeTokens, "Answer tokens timed one by one")
        ->check(CLI::Range(0, 10000))
        ->capture_default_str();
    command->add_flag("--json", flags->json, "Print one JSON object with rows");
    return [flags] { return runModelBench(*flags); };
}

}  // namespace reelquery
