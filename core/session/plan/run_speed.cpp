#include "core/session/plan/run_speed.h"

#include <algorithm>

namespace reelquery {

namespace {

/// Latest runs that count: enough for a median to shrug off a few disturbed ones, few enough to
/// follow a changed machine.
constexpr std::size_t kLatest = 9;

using Rate = std::optional<double> RunSpeed::*;

/// Median of the latest runs that have the rate and satisfy `counts`.
template <class Counts>
std::optional<double> medianOf(const std::vector<RunSpeed>& runs, Rate rate, const Counts& counts) {
    std::vector<double> values;
    for (auto run = runs.rbegin(); run != runs.rend() && values.size() < kLatest; ++run) {
        if ((*run).*rate && counts(*run)) values.push_back(*((*run).*rate));
    }
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/// The rate from runs like the workload where there are any, else from any run.
std::optional<double> rateFor(const Workload& workload, const std::vector<RunSpeed>& runs,
                              Rate rate) {
    const bool isDecode = rate == &RunSpeed::waitPerFrameS;
    const bool isAttention = rate == &RunSpeed::attentionFlopPerS;
    const auto alike = medianOf(runs, rate, [&](const RunSpeed& run) {
        if (isDecode) return run.sampling == workload.sampling;
        return run.model == workload.model && (!isAttention || run.attention == workload.attention);
    });
    return alike ? alike : medianOf(runs, rate, [](const RunSpeed&) { return true; });
}

/// Seconds for an amount of work at the known rate; none where the rate was never seen.
std::optional<double> secondsFor(double amount, const Workload& workload,
                                 const std::vector<RunSpeed>& runs, Rate rate) {
    if (amount <= 0) return 0;
    const auto known = rateFor(workload, runs, rate);
    if (!known) return std::nullopt;
    return rate == &RunSpeed::waitPerFrameS ? amount * *known : amount / *known;
}

std::optional<double> rate(double work, double seconds) {
    if (work <= 0 || seconds <= 0) return std::nullopt;
    return work / seconds;
}

}  // namespace

Workload workloadOf(const ModelConfig& config, std::int64_t frames, std::int64_t videoTokens,
                    std::int64_t promptTokens) {
    const VisionConfig& vision = config.vision;
    const TextConfig& text = config.text;
    const auto number = [](std::int64_t n) { return static_cast<double>(n); };
    Workload work;
    work.model = config.spec->type + " " + std::to_string(text.layers) + "x" +
                 std::to_string(text.hiddenSize);
    work.frames = number(frames);

    // Two operations per weight and patch, and attention among the patches of a frame pair.
    const double patches = number(videoTokens * vision.mergeSize * vision.mergeSize);
    const double perPair = frames > 0 ? patches / (number(frames) / 2) : 0;
    const double mlpMatrices = vision.spec.mlpMatrices();
    const double blockWeights =
        number(vision.width) *
        (4 * number(vision.width) + mlpMatrices * number(vision.intermediateSize));
    work.encodeFlop =
        patches * number(vision.depth) * (2 * blockWeights + 4 * number(vision.width) * perPair);

    const double queryWidth = number(text.heads * text.headDim);
    const double layerWeights =
        number(text.hiddenSize) * (2 * queryWidth + 2 * number(text.kvHeads * text.headDim) +
                                   3 * number(text.intermediateSize));
    const double tokens = number(promptTokens);
    work.linearFlop = 2 * tokens * number(text.layers) * layerWeights;
    work.attentionFlop = 4 * queryWidth * number(text.layers) * tokens * tokens / 2;
    return work;
}

Workload workLeft(Workload work, const KeptWork& kept, std::int64_t promptTokens) {
    if (kept.frames) work.frames = 0;
    if (kept.features) work.encodeFlop = 0;
    if (promptTokens <= 0) return work;
    const double share = static_cast<double>(std::min(kept.prefixTokens, promptTokens)) /
                         static_cast<double>(promptTokens);
    work.linearFlop *= 1 - share;
    work.attentionFlop *= 1 - share * share;  // the rows that are left still see the whole prefix
    return work;
}

RunSpeed speedOf(const AnswerReport& report, const Workload& workload) {
    RunSpeed speed{workload.model, workload.sampling, workload.attention, {}, {}, {}, {}, {}};
    if (!report.featuresFromCache && workload.frames > 0) {
        speed.waitPerFrameS = std::max(report.decodeS, 0.0) / workload.frames;
        speed.encodeFlopPerS = rate(workload.encodeFlop, report.encodeS);
    }
    if (report.reusedTokens == 0) {
        speed.linearFlopPerS = rate(workload.linearFlop, report.prefillS - report.attentionS);
        speed.attentionFlopPerS = rate(workload.attentionFlop, report.attentionS);
    }
    speed.otherS =
        std::max(report.firstTokenS - report.decodeS - report.encodeS - report.prefillS, 0.0);
    return speed;
}

std::optional<Forecast> forecastOf(const Workload& workload, const std::vector<RunSpeed>& runs) {
    const auto decode = secondsFor(workload.frames, workload, runs, &RunSpeed::waitPerFrameS);
    const auto encode = secondsFor(workload.encodeFlop, workload, runs, &RunSpeed::encodeFlopPerS);
    const auto linear = secondsFor(workload.linearFlop, workload, runs, &RunSpeed::linearFlopPerS);
    const auto attention =
        secondsFor(workload.attentionFlop, workload, runs, &RunSpeed::attentionFlopPerS);
    const auto other = rateFor(workload, runs, &RunSpeed::otherS);
    if (!decode || !encode || !linear || !attention || !other) return std::nullopt;
    Forecast forecast;
    forecast.decodeS = *decode;
    forecast.encodeS = *encode;
    forecast.prefillS = *linear + *attention;
    forecast.firstTokenS = forecast.decodeS + forecast.encodeS + forecast.prefillS + *other;
    return forecast;
}

}  // namespace reelquery
