#include "app/gui/state/ask_settings.h"

#include <QCoreApplication>
#include <algorithm>

#include "app/gui/look/format.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

constexpr int kTokensPerFrame = 64;
constexpr int kMostFrames = 768;

QJsonValue orNull(const std::optional<double>& value) {
    return value ? QJsonValue(*value) : QJsonValue();
}

std::optional<double> optionalNumber(const QJsonValue& value) {
    if (!value.isDouble()) return {};
    return value.toDouble();
}

template <class Enum>
Enum enumFrom(const QJsonValue& value, Enum last, Enum fallback) {
    const int number = value.toInt(int(fallback));
    return number < 0 || number > int(last) ? fallback : Enum(number);
}

int intFrom(const QJsonValue& value, int fallback, int low, int high) {
    return std::clamp(value.toInt(fallback), low, high);
}

double numberFrom(const QJsonValue& value, double fallback, double low, double high) {
    return std::clamp(value.toDouble(fallback), low, high);
}

}  // namespace

AskSettings defaultAskSettings() {
    AskSettings settings;
    applyPreset(BudgetPreset::kStandard, settings.sampling);
    settings.attention.kind = AttentionKind::kAuto;
    return settings;
}

std::int64_t presetTokens(BudgetPreset preset) {
    switch (preset) {
        case BudgetPreset::kQuick:
            return 4096;
        case BudgetPreset::kLong:
            return 65536;
        case BudgetPreset::kMax:
            return 115200;
        case BudgetPreset::kStandard:
        case BudgetPreset::kCustom:
            break;
    }
    return 16384;
}

void applyPreset(BudgetPreset preset, SamplingOptions& sampling) {
    const SamplingOptions usual;
    sampling.maxVideoTokens = presetTokens(preset);
    sampling.frames.reset();
    sampling.fps = usual.fps;
    sampling.minTokensPerPair = usual.minTokensPerPair;
    sampling.maxTokensPerPair = usual.maxTokensPerPair;
    sampling.maxFrames =
        int(std::min<std::int64_t>(sampling.maxVideoTokens / kTokensPerFrame, kMostFrames));
}

BudgetPreset presetOf(const SamplingOptions& sampling) {
    for (const auto preset :
         {BudgetPreset::kQuick, BudgetPreset::kStandard, BudgetPreset::kLong, BudgetPreset::kMax}) {
        SamplingOptions like = sampling;
        applyPreset(preset, like);
        if (like.maxVideoTokens == sampling.maxVideoTokens &&
            like.maxFrames == sampling.maxFrames && like.frames == sampling.frames &&
            like.fps == sampling.fps && like.minTokensPerPair == sampling.minTokensPerPair &&
            like.maxTokensPerPair == sampling.maxTokensPerPair) {
            return preset;
        }
    }
    return BudgetPreset::kCustom;
}

QJsonObject toJson(const AskSettings& settings) {
    const SamplingOptions& sampling = settings.sampling;
    const AttentionOptions& attention = settings.attention;
    const GenerationOptions& generation = settings.generation;
    return {
        {"format"_L1, 2},
        {"model"_L1, toQString(settings.model.folder)},
        {"vision_file"_L1, toQString(settings.model.visionFile)},
        {"server"_L1, toQString(settings.model.server)},
        {"server_model"_L1, toQString(settings.model.serverModel)},
        {"device"_L1, int(settings.model.device)},
        {"dtype"_L1, int(settings.model.dtype)},
        {"weights"_L1, int(settings.model.weights)},
        {"kv"_L1, int(settings.model.kv)},
        {"sampling_mode"_L1, int(sampling.mode)},
        {"decode"_L1, int(settings.decode)},
        {"fps"_L1, sampling.fps},
        {"frames"_L1, sampling.frames ? QJsonValue(*sampling.frames) : QJsonValue()},
        {"min_frames"_L1, sampling.minFrames},
        {"max_frames"_L1, sampling.maxFrames},
        {"max_video_tokens"_L1, double(sampling.maxVideoTokens)},
        {"min_tokens_per_pair"_L1, sampling.minTokensPerPair},
        {"max_tokens_per_pair"_L1, sampling.maxTokensPerPair},
        {"subtitles"_L1, settings.subtitles.use == SubtitleUse::kOn},
        {"heard_first"_L1, settings.heardFirst},
        {"video_track"_L1, settings.videoTrack},
        {"subtitle_file"_L1, toQString(settings.subtitles.file)},
        {"evidence"_L1, settings.wantEvidence},
        {"watch_ahead"_L1, settings.watchAhead},
        {"attention"_L1, int(attention.kind)},
        {"stride"_L1, attention.selector.stride},
        {"threshold"_L1, orNull(attention.selector.threshold)},
        {"thresholds_file"_L1, toQString(attention.selector.thresholdsFile)},
        {"dense_first_layers"_L1, attention.denseFirstLayers},
        {"dense_last_tokens"_L1, attention.denseLastTokens},
        {"max_new_tokens"_L1, generation.maxNewTokens},
        {"temperature"_L1, generation.temperature},
        {"top_k"_L1, generation.topK},
        {"top_p"_L1, generation.topP},
        {"repetition_penalty"_L1, orNull(generation.repetitionPenalty)},
        {"seed"_L1, QString::number(generation.seed)},
        {"system_prompt"_L1, toQString(settings.systemPrompt)},
        {"comparison_rounds"_L1, settings.comparisonRounds},
    };
}

AskSettings askSettingsFromJson(const QJsonObject& json) {
    AskSettings settings = defaultAskSettings();
    settings.model.folder = toPath(json["model"_L1].toString());
    settings.model.visionFile = toPath(json["vision_file"_L1].toString());
    settings.model.server = json["server"_L1].toString().toStdString();
    settings.model.serverModel = json["server_model"_L1].toString().toStdString();
    settings.model.device = enumFrom(json["device"_L1], DeviceKind::kCuda, DeviceKind::kAuto);
    settings.model.dtype = enumFrom(json["dtype"_L1], DtypeChoice::kBfloat16, DtypeChoice::kAuto);
    settings.model.weights =
        enumFrom(json["weights"_L1], WeightChoice::kInt4, WeightChoice::kStored);
    settings.model.kv = enumFrom(json["kv"_L1], KvChoice::kInt8, KvChoice::kRun);
    SamplingOptions& sampling = settings.sampling;
    sampling.mode =
        enumFrom(json["sampling_mode"_L1], SamplingMode::kKeyframes, SamplingMode::kAuto);
    settings.decode = enumFrom(json["decode"_L1], DecodeChoice::kCard, DecodeChoice::kAuto);
    sampling.fps = numberFrom(json["fps"_L1], sampling.fps, 0.01, 60);
    if (json["frames"_L1].isDouble()) sampling.frames = intFrom(json["frames"_L1], 64, 2, 4096);
    sampling.minFrames = intFrom(json["min_frames"_L1], sampling.minFrames, 2, 4096);
    sampling.maxFrames = intFrom(json["max_frames"_L1], sampling.maxFrames, 2, 4096);
    sampling.maxVideoTokens = std::int64_t(
        numberFrom(json["max_video_tokens"_L1], double(sampling.maxVideoTokens), 256, 1 << 20));
    sampling.minTokensPerPair =
        intFrom(json["min_tokens_per_pair"_L1], sampling.minTokensPerPair, 4, 16384);
    sampling.maxTokensPerPair =
        intFrom(json["max_tokens_per_pair"_L1], sampling.maxTokensPerPair, 4, 16384);
    settings.subtitles.use = json["subtitles"_L1].toBool() ? SubtitleUse::kOn : SubtitleUse::kOff;
    settings.heardFirst = json["heard_first"_L1].toBool();
    settings.videoTrack = intFrom(json["video_track"_L1], 0, 0, 1 << 16);
    settings.subtitles.file = toPath(json["subtitle_file"_L1].toString());
    settings.wantEvidence = json["evidence"_L1].toBool(true);
    settings.watchAhead = json["watch_ahead"_L1].toBool(true);
    AttentionOptions& attention = settings.attention;
    attention.kind = enumFrom(json["attention"_L1], AttentionKind::kAuto, AttentionKind::kAuto);
    SelectorOptions& selector = attention.selector;
    const int stride = json["stride"_L1].toInt(selector.stride);
    if (kernels::isScoreStride(stride)) selector.stride = stride;
    // Before there was a format, every file named the defaults of its day: not anybody's choice.
    const bool isOld = !json.contains("format"_L1);
    selector.threshold = optionalNumber(json["threshold"_L1]);
    if (selector.threshold) selector.threshold = std::min(*selector.threshold, 1.0);
    const bool isDefault = isOld && selector.threshold == kDefaultThreshold;
    if (isDefault || selector.threshold <= 0.0) selector.threshold.reset();
    selector.thresholdsFile = toPath(json["thresholds_file"_L1].toString());
    attention.denseFirstLayers =
        intFrom(json["dense_first_layers"_L1], attention.denseFirstLayers, 0, 128);
    attention.denseLastTokens =
        intFrom(json["dense_last_tokens"_L1], attention.denseLastTokens, kDenseQuestion, 1 << 16);
    if (isOld && attention.denseLastTokens == 0) attention.denseLastTokens = kDenseQuestion;
    GenerationOptions& generation = settings.generation;
    generation.maxNewTokens =
        intFrom(json["max_new_tokens"_L1], generation.maxNewTokens, 1, 1 << 15);
    generation.temperature = numberFrom(json["temperature"_L1], generation.temperature, 0, 5);
    generation.topK = intFrom(json["top_k"_L1], generation.topK, 0, 1 << 17);
    generation.topP = numberFrom(json["top_p"_L1], generation.topP, 0.01, 1);
    generation.repetitionPenalty = optionalNumber(json["repetition_penalty"_L1]);
    generation.seed = json["seed"_L1].toString().toULongLong();
    settings.systemPrompt = json["system_prompt"_L1].toString().toStdString();
    settings.comparisonRounds =
        intFrom(json["comparison_rounds"_L1], settings.comparisonRounds, 1, 15);
    return settings;
}

QString attentionName(AttentionKind kind) {
    switch (kind) {
        case AttentionKind::kDense:
            return QCoreApplication::translate("Attention", "dense");
        case AttentionKind::kSparse:
            return QCoreApplication::translate("Attention", "sparse");
        case AttentionKind::kAuto:
            break;
    }
    return QCoreApplication::translate("Attention", "auto");
}

}  // namespace reelquery
