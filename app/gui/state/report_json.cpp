#include "app/gui/state/report_json.h"

#include <QJsonArray>

#include "app/gui/look/format.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

template <class Number>
QJsonArray arrayOf(const std::vector<Number>& values) {
    QJsonArray array;
    for (const Number value : values) array.append(double(value));
    return array;
}

template <class Number>
std::vector<Number> numbersOf(const QJsonValue& value) {
    std::vector<Number> numbers;
    for (const QJsonValue item : value.toArray()) numbers.push_back(Number(item.toDouble()));
    return numbers;
}

QJsonObject layerToJson(const LayerAttention& layer) {
    return {{"layer"_L1, layer.layer},
            {"sparse"_L1, layer.sparse},
            {"selection_s"_L1, layer.selectionS},
            {"attention_s"_L1, layer.attentionS},
            {"density_per_head"_L1, arrayOf(layer.densityPerHead)},
            {"kept_mass_per_head"_L1, arrayOf(layer.keptMassPerHead)}};
}

LayerAttention layerFromJson(const QJsonObject& json) {
    LayerAttention layer;
    layer.layer = json["layer"_L1].toInt();
    layer.sparse = json["sparse"_L1].toBool();
    layer.selectionS = json["selection_s"_L1].toDouble();
    layer.attentionS = json["attention_s"_L1].toDouble();
    layer.densityPerHead = numbersOf<float>(json["density_per_head"_L1]);
    layer.keptMassPerHead = numbersOf<float>(json["kept_mass_per_head"_L1]);
    return layer;
}

}  // namespace

QJsonObject reportToJson(const AnswerReport& report) {
    QJsonArray layers;
    for (const LayerAttention& layer : report.layers) layers.append(layerToJson(layer));
    return {
        {"stop_reason"_L1, int(report.stopReason)},
        {"frames_wanted"_L1, report.framesWanted},
        {"frames"_L1, report.frames},
        {"decode_errors"_L1, report.decodeErrors},
        {"first_frame_s"_L1, report.firstFrameS},
        {"last_frame_s"_L1, report.lastFrameS},
        {"sampling_used"_L1, toQString(report.samplingUsed)},
        {"frame_times_s"_L1, arrayOf(report.frameTimesS)},
        {"frame_width"_L1, report.frameWidth},
        {"frame_height"_L1, report.frameHeight},
        {"video_tokens"_L1, double(report.videoTokens)},
        {"prompt_tokens"_L1, double(report.promptTokens)},
        {"answer_tokens"_L1, double(report.answerTokens)},
        {"reused_tokens"_L1, double(report.reusedTokens)},
        {"load_s"_L1, report.loadS},
        {"decode_s"_L1, report.decodeS},
        {"encode_s"_L1, report.encodeS},
        {"prefill_s"_L1, report.prefillS},
        {"attention_s"_L1, report.attentionS},
        {"selection_s"_L1, report.selectionS},
        {"first_token_s"_L1, report.firstTokenS},
        {"tokens_per_s"_L1, report.tokensPerS},
        {"density"_L1, report.density},
        {"peak_memory_bytes"_L1, double(report.peakMemoryBytes)},
        {"device"_L1, toQString(report.device)},
        {"dtype"_L1, toQString(report.dtype)},
        {"attention"_L1, toQString(report.attention)},
        {"model"_L1, toQString(report.model)},
        {"layers"_L1, layers},
    };
}

AnswerReport reportFromJson(const QJsonObject& json) {
    AnswerReport report;
    const auto number = [&json](const char* key) { return json[QLatin1String(key)].toDouble(); };
    const auto count = [&](const char* key) { return std::int64_t(number(key)); };
    const auto text = [&json](const char* key) {
        return json[QLatin1String(key)].toString().toStdString();
    };
    report.stopReason = json["stop_reason"_L1].toInt() == int(StopReason::kTokenLimit)
                            ? StopReason::kTokenLimit
                            : StopReason::kEndOfAnswer;
    report.framesWanted = int(count("frames_wanted"));
    report.frames = int(count("frames"));
    report.decodeErrors = int(count("decode_errors"));
    report.firstFrameS = number("first_frame_s");
    report.lastFrameS = number("last_frame_s");
    report.samplingUsed = text("sampling_used");
    report.frameTimesS = numbersOf<double>(json["frame_times_s"_L1]);
    report.frameWidth = int(count("frame_width"));
    report.frameHeight = int(count("frame_height"));
    report.videoTokens = count("video_tokens");
    report.promptTokens = count("prompt_tokens");
    report.answerTokens = count("answer_tokens");
    report.reusedTokens = count("reused_tokens");
    report.loadS = number("load_s");
    report.decodeS = number("decode_s");
    report.encodeS = number("encode_s");
    report.prefillS = number("prefill_s");
    report.attentionS = number("attention_s");
    report.selectionS = number("selection_s");
    report.firstTokenS = number("first_token_s");
    report.tokensPerS = number("tokens_per_s");
    report.density = json["density"_L1].toDouble(1);
    report.peakMemoryBytes = count("peak_memory_bytes");
    report.device = text("device");
    report.dtype = text("dtype");
    report.attention = text("attention");
    report.model = text("model");
    for (const QJsonValue layer : json["layers"_L1].toArray()) {
        report.layers.push_back(layerFromJson(layer.toObject()));
    }
    return report;
}

namespace {

QJsonArray spreadToJson(const Spread& spread) {
    return {spread.median, spread.smallest, spread.largest};
}

Spread spreadFromJson(const QJsonValue& value) {
    return {value[0].toDouble(), value[1].toDouble(), value[2].toDouble()};
}

QJsonObject sideToJson(const ComparedSide& side) {
    return {{"prefill_s"_L1, spreadToJson(side.prefillS)},
            {"attention_s"_L1, spreadToJson(side.attentionS)},
            {"selection_s"_L1, spreadToJson(side.selectionS)},
            {"first_token_s"_L1, spreadToJson(side.firstTokenS)},
            {"tokens_per_s"_L1, spreadToJson(side.tokensPerS)}};
}

ComparedSide sideFromJson(const QJsonObject& json) {
    ComparedSide side;
    side.prefillS = spreadFromJson(json["prefill_s"_L1]);
    side.attentionS = spreadFromJson(json["attention_s"_L1]);
    side.selectionS = spreadFromJson(json["selection_s"_L1]);
    side.firstTokenS = spreadFromJson(json["first_token_s"_L1]);
    side.tokensPerS = spreadFromJson(json["tokens_per_s"_L1]);
    return side;
}

}  // namespace

QJsonObject comparisonToJson(const ComparisonReport& report) {
    const Agreement& agreement = report.agreement;
    QJsonObject json{
        {"dense"_L1, sideToJson(report.dense)},
        {"sparse"_L1, sideToJson(report.sparse)},
        {"first_token_kl"_L1, agreement.firstTokenKl},
        {"top1"_L1, agreement.top1},
        {"compared_tokens"_L1, double(agreement.comparedTokens)},
        {"equal_prefix_tokens"_L1, double(agreement.equalPrefixTokens)},
        {"same_answer"_L1, agreement.sameAnswer},
        {"attention_speed_up"_L1, report.speedUp.attention},
        {"prefill_speed_up"_L1, report.speedUp.prefill},
        {"first_token_speed_up"_L1, report.speedUp.firstToken},
        {"rounds"_L1, report.rounds},
        {"machine"_L1, toQString(report.machine)},
    };
    if (agreement.sameOption) json["same_option"_L1] = *agreement.sameOption;
    return json;
}

ComparisonReport comparisonFromJson(const QJsonObject& json) {
    ComparisonReport report;
    report.dense = sideFromJson(json["dense"_L1].toObject());
    report.sparse = sideFromJson(json["sparse"_L1].toObject());
    Agreement& agreement = report.agreement;
    agreement.firstTokenKl = json["first_token_kl"_L1].toDouble();
    agreement.top1 = json["top1"_L1].toDouble();
    agreement.comparedTokens = std::int64_t(json["compared_tokens"_L1].toDouble());
    agreement.equalPrefixTokens = std::int64_t(json["equal_prefix_tokens"_L1].toDouble());
    agreement.sameAnswer = json["same_answer"_L1].toBool();
    if (json["same_option"_L1].isBool()) agreement.sameOption = json["same_option"_L1].toBool();
    report.speedUp = {json["attention_speed_up"_L1].toDouble(),
                      json["prefill_speed_up"_L1].toDouble(),
                      json["first_token_speed_up"_L1].toDouble()};
    report.rounds = json["rounds"_L1].toInt();
    report.machine = json["machine"_L1].toString().toStdString();
    return report;
}

}  // namespace reelquery
