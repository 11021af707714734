// reelquery bench attention: dense, sparse and torch's attention on this machine.

#include <charconv>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "core/base/option_names.h"
#include "core/bench/attention_bench.h"

namespace reelquery {

namespace {

struct BenchFlags {
    AttentionBenchOptions options;
    std::string heads = "8";
    std::string dtype = "auto", device = "cpu";
    bool json = false;
};

// "28" or "28/4": query heads and, after the stroke, key/value heads. False where it is neither.
bool parseHeads(const std::string& text, AttentionBenchOptions& options) {
    const char* const end = text.data() + text.size();
    auto parsed = std::from_chars(text.data(), end, options.heads);
    if (parsed.ec == std::errc() && parsed.ptr != end && *parsed.ptr == '/')
        parsed = std::from_chars(parsed.ptr + 1, end, options.kvHeads);
    const auto inRange = [](int heads) { return heads >= 1 && heads <= 1024; };
    return parsed.ec == std::errc() && parsed.ptr == end && inRange(options.heads) &&
           inRange(options.kvHeads);
}

std::string parsesAsHeads(const std::string& text) {
    AttentionBenchOptions ignored;
    return parseHeads(text, ignored) ? "" : "'" + text + "' is not a number of heads such as 28/4";
}

nlohmann::ordered_json rowObject(const AttentionBenchRow& row) {
    nlohmann::ordered_json json = {
        {"device", row.device},    {"dtype", row.dtype},      {"heads", row.heads},
        {"kv_heads", row.kvHeads}, {"head_dim", row.headDim}, {"tokens", row.tokens},
        {"stride", row.stride},    {"density", row.density},  {"dense_ms", row.dense.medianMs}};
    if (row.torchSdpa) json["torch_sdpa_ms"] = row.torchSdpa->medianMs;
    if (row.torchFlash) json["torch_flash_ms"] = row.torchFlash->medianMs;
    if (row.torchCudnn) json["torch_cudnn_ms"] = row.torchCudnn->medianMs;
    json["score_ms"] = row.score.medianMs;
    json["select_ms"] = row.select.medianMs;
    json["sparse_ms"] = row.sparse.medianMs;
    json["error"] = row.error;
    if (row.threshold) json["threshold"] = *row.threshold;
    const auto range = [](const BenchTime& time) {
        return nlohmann::ordered_json::array({time.minMs, time.maxMs});
    };
    json["range_ms"] = {{"dense", range(row.dense)},
                        {"score", range(row.score)},
                        {"select", range(row.select)},
                        {"sparse", range(row.sparse)}};
    if (row.torchSdpa) json["range_ms"]["torch_sdpa"] = range(*row.torchSdpa);
    return json;
}

void printRow(const AttentionBenchRow& row) {
    double torchMs = 0;  // the fastest that torch offers
    for (const auto& offered : {row.torchSdpa, row.torchFlash, row.torchCudnn}) {
        if (offered && (torchMs == 0 || offered->medianMs < torchMs)) torchMs = offered->medianMs;
    }
    const double selectionMs = row.score.medianMs + row.select.medianMs;
    char blocks[32];
    if (row.threshold) {
        std::snprintf(blocks, sizeof blocks, "tau %.2f", *row.threshold);
    } else {
        std::snprintf(blocks, sizeof blocks, "random");
    }
    std::printf("%8lld %3d  %-9s %6.3f %10.1f %10.1f %9.1f %9.1f %10.1f %8.2fx %9.1e\n",
                static_cast<long long>(row.tokens), row.stride, blocks, row.density,
                row.dense.medianMs, torchMs, row.score.medianMs, row.select.medianMs,
                row.sparse.medianMs, row.dense.medianMs / (selectionMs + row.sparse.medianMs),
                row.error);
    std::fflush(stdout);
}

int runBench(BenchFlags& flags) {
    parseHeads(flags.heads, flags.options);
    const bool isCuda = flags.device == "cuda";
    if (flags.dtype == "auto") flags.dtype = isCuda ? "bfloat16" : "float32";
    flags.options.dtype = *named<DtypeChoice>(flags.dtype);
    flags.options.device = *named<DeviceKind>(flags.device);
    if (flags.options.densities.empty() && flags.options.thresholds.empty()) {
        flags.options.densities = {0.1, 0.3, 0.5};
        flags.options.thresholds = {0.9};
    }
    if (!flags.json) {
        std::printf(
            "%d query heads, %d key/value heads, head dimension %d, %s, causal; medians of %d\n",
            flags.options.heads, flags.options.kvHeads, flags.options.headDim, flags.dtype.c_str(),
            flags.options.repetitions);
        std::printf("%8s %3s  %-9s %6s %10s %10s %9s %9s %10s %9s %9s\n", "tokens", "S", "blocks",
                    "kept", "dense ms", "torch ms", "score ms", "select ms", "sparse ms",
                    "speed-up", "error");
    }
    const auto rows = benchAttention(flags.options, [&](const AttentionBenchRow& row) {
        if (!flags.json) printRow(row);
    });
    if (flags.json) {
        nlohmann::ordered_json list = nlohmann::ordered_json::array();
        for (const AttentionBenchRow& row : rows) list.push_back(rowObject(row));
        std::printf("%s\n", list.dump(1).c_str());
    }
    return kExitAnswered;
}

}  // namespace

Command addAttentionBenchCommand(CLI::App& bench) {
    auto flags = std::make_shared<BenchFlags>();
    CLI::App* attention = bench.add_subcommand(
        "attention",
        "Dense, sparse and torch's attention on random inputs; speed-up includes "
        "choosing the blocks");
    AttentionBenchOptions& options = flags->options;
    attention->add_option("--device", flags->device, "cpu or cuda")
        ->check(CLI::IsMember({"cpu", "cuda"}))
        ->capture_default_str();
    attention->add_option("--dtype", flags->dtype, "float32, bfloat16, or auto: the device's own")
        ->check(CLI::IsMember(namesOf<DtypeChoice>()))
        ->capture_default_str();
    attention
        ->add_option("--heads", flags->heads,
                     "Query heads, or query and key/value heads as in 28/4")
        ->check(parsesAsHeads)
        ->capture_default_str();
    attention->add_option("--kv-heads", options.kvHeads, "Key/value heads")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    attention->add_option("--head-dim", options.headDim, "Head dimension")
        ->check(CLI::Range(16, 256))
        ->capture_default_str();
    attention->add_option("--lengths", options.lengths, "Tokens, several allowed")
        ->delimiter(',')
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{4'000'000}))
        ->capture_default_str();
    attention->add_option("--stride", options.strides, "Strides, several allowed")
        ->delimiter(',')
        ->check(CLI::IsMember(kernels::kScoreStrides))
        ->capture_default_str();
    attention->add_option("--density", options.densities, "Random block lists of these densities")
        ->delimiter(',')
        ->check(CLI::Range(0.0, 1.0));
    attention->add_option("--threshold", options.thresholds, "Blocks selected at these thresholds")
        ->delimiter(',')
        ->check(CLI::Range(0.0, 1.0));
    attention->add_option("--repetitions", options.repetitions, "Timed runs of each")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    attention->add_flag("--json", flags->json, "Print a JSON list of rows");
    return [flags] { return runBench(*flags); };
}

}  // namespace reelquery
