#include "core/session/plan/run_speed.h"

#include <algorithm>
#include <utility>

namespace reelquery {

namespace {

/// Latest runs that count: enough for a median to shrug off a few disturbed ones, few enough to
/// follow a changed machine.
constexpr std::size_t kLatest = 9;

/// A short run says little of a long one: what begins and ends with it weighs too much in it.
constexpr double kMostStretch = 20;

using Figure = std::optional<double> RunSpeed::*;

/// A kind of work: its rate and how long that was measured.
struct Kind {
    Figure rate, measuredS;
    bool isPerUnit = false;  ///< seconds a unit, else units a second

    double secondsFor(double amount, const RunSpeed& run) const {
        const double speed = *(run.*rate);
        return isPerUnit ? amount * speed : amount / speed;
    }
};

constexpr Kind kDecode{&RunSpeed::decodePerFrameS, &RunSpeed::decodedS, true};
constexpr Kind kEncode{&RunSpeed::encodeFlopPerS, &RunSpeed::encodedS};
constexpr Kind kLinear{&RunSpeed::linearFlopPerS, &RunSpeed::linearS};
constexpr Kind kAttention{&RunSpeed::attentionFlopPerS, &RunSpeed::attendedS};

std::optional<double> medianOf(std::vector<double> values) {
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/// Median of what the latest runs say that counts; `say`: a run's word, or nothing.
template <class Say>
std::optional<double> medianOf(const std::vector<RunSpeed>& runs, const Say& say) {
    std::vector<double> values;
    for (auto run = runs.rbegin(); run != runs.rend() && values.size() < kLatest; ++run) {
        if (const std::optional<double> value = say(*run)) values.push_back(*value);
    }
    return medianOf(std::move(values));
}

/// Seconds for an amount of work, by runs like the workload where there are any, else by any run;
/// none where no run tells of so much.
std::optional<double> secondsFor(double amount, const Workload& workload,
                                 const std::vector<RunSpeed>& runs, const Kind& kind) {
    if (amount <= 0) return 0;
    const auto word = [&](const RunSpeed& run) -> std::optional<double> {
        if (!(run.*kind.rate) || !(run.*kind.measuredS) || *(run.*kind.rate) <= 0) return {};
        const double seconds = kind.secondsFor(amount, run);
        if (seconds > kMostStretch * *(run.*kind.measuredS)) return {};
        return seconds;
    };
    const auto alike = medianOf(runs, [&](const RunSpeed& run) -> std::optional<double> {
        const bool isAlike = kind.rate == kDecode.rate ? run.sampling == workload.sampling
                                                       : run.model == workload.model &&
                                                             (kind.rate != kAttention.rate ||
                                                              run.attention == workload.attention);
        return isAlike ? word(run) : std::nullopt;
    });
    return alike ? alike : medianOf(runs, word);
}

/// A figure that does not grow with the work, by runs of the same model where there are any.
std::optional<double> figureOf(const Workload& workload, const std::vector<RunSpeed>& runs,
                               Figure figure) {
    const auto alike = medianOf(runs, [&](const RunSpeed& run) {
        return run.model == workload.model ? run.*figure : std::nullopt;
    });
    return alike ? alike : medianOf(runs, [&](const RunSpeed& run) { return run.*figure; });
}

void setRate(RunSpeed& speed, const Kind& kind, double work, double seconds) {
    if (work <= 0 || seconds <= 0) return;
    speed.*kind.rate = kind.isPerUnit ? seconds / work : work / seconds;
    speed.*kind.measuredS = seconds;
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
    RunSpeed speed;
    speed.model = workload.model;
    speed.sampling = workload.sampling;
    speed.attention = workload.attention;
    if (!report.featuresFromCache && workload.frames > 0) {
        const double waitedS = std::max(report.decodeS, 0.0);
        const double decodedS = std::max(report.decodeStage.busyS, waitedS);
        setRate(speed, kDecode, workload.frames, decodedS);
        setRate(speed, kEncode, workload.encodeFlop, report.encodeS);
        const double shorterS = std::min(decodedS, report.encodeS + report.prefillS);
        if (shorterS > 0) {
            speed.hiddenShare = std::clamp((decodedS - waitedS) / shorterS, 0.0, 1.0);
        }
    }
    if (report.reusedTokens == 0) {
        setRate(speed, kLinear, workload.linearFlop, report.prefillS - report.attentionS);
        setRate(speed, kAttention, workload.attentionFlop, report.attentionS);
    }
    speed.otherS =
        std::max(report.firstTokenS - report.decodeS - report.encodeS - report.prefillS, 0.0);
    return speed;
}

std::optional<Forecast> forecastOf(const Workload& workload, const std::vector<RunSpeed>& runs) {
    const auto decode = secondsFor(workload.frames, workload, runs, kDecode);
    const auto encode = secondsFor(workload.encodeFlop, workload, runs, kEncode);
    const auto linear = secondsFor(workload.linearFlop, workload, runs, kLinear);
    const auto attention = secondsFor(workload.attentionFlop, workload, runs, kAttention);
    const auto other = figureOf(workload, runs, &RunSpeed::otherS);
    if (!decode || !encode || !linear || !attention || !other) return std::nullopt;
    const double hidden = figureOf(workload, runs, &RunSpeed::hiddenShare).value_or(0);
    Forecast forecast;
    forecast.encodeS = *encode;
    forecast.prefillS = *linear + *attention;
    const double besideS = forecast.encodeS + forecast.prefillS;
    forecast.decodeS = *decode - hidden * std::min(*decode, besideS);
    forecast.firstTokenS = forecast.decodeS + besideS + *other;
    return forecast;
}

}  // namespace reelquery
