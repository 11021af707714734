#include "app/gui/state/stored_reports.h"

#include <QJsonArray>
#include <QJsonDocument>

#include "core/session/report/report_json.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

void rename(QJsonObject& object, QLatin1String from, QLatin1String to) {
    if (!object.contains(from)) return;
    object[to] = object.take(from);
}

QJsonObject objectOf(const std::string& json) {
    return QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
}

std::string textOf(const QJsonObject& object) {
    return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

bool isOldReport(const QJsonObject& report) {
    return report["stop_reason"_L1].isDouble();
}

QJsonObject renewedReport(QJsonObject report) {
    const bool hitLimit = report["stop_reason"_L1].toInt() == int(StopReason::kTokenLimit);
    report["stop_reason"_L1] = hitLimit ? "token_limit"_L1 : "end"_L1;
    rename(report, "sampling_used"_L1, "sampling"_L1);
    QJsonArray layers;
    for (const QJsonValue value : report["layers"_L1].toArray()) {
        QJsonObject layer = value.toObject();
        rename(layer, "density_per_head"_L1, "density"_L1);
        rename(layer, "kept_mass_per_head"_L1, "kept_mass"_L1);
        layers.append(layer);
    }
    report["layers"_L1] = layers;
    return report;
}

/// Old ranges were arrays of median, smallest and largest.
QJsonObject renewedSide(const QJsonObject& ranges, const QJsonObject& report) {
    QJsonObject spread;
    for (auto range = ranges.begin(); range != ranges.end(); ++range) {
        const QJsonArray values = range.value().toArray();
        spread[range.key()] =
            QJsonObject{{"median"_L1, values[0]}, {"min"_L1, values[1]}, {"max"_L1, values[2]}};
    }
    QJsonObject side = isOldReport(report) ? renewedReport(report) : report;
    side["spread"_L1] = spread;
    return side;
}

QJsonObject renewedComparison(const QJsonObject& stored, const QJsonObject& dense,
                              const QJsonObject& sparse) {
    QJsonObject agreement;
    for (const auto key : {"first_token_kl"_L1, "top1"_L1, "compared_tokens"_L1,
                           "equal_prefix_tokens"_L1, "same_answer"_L1, "same_option"_L1}) {
        if (stored.contains(key)) agreement[key] = stored[key];
    }
    return {{"dense"_L1, renewedSide(stored["dense"_L1].toObject(), dense)},
            {"xattention"_L1, renewedSide(stored["sparse"_L1].toObject(), sparse)},
            {"agreement"_L1, agreement},
            {"speed_up"_L1, QJsonObject{{"attention"_L1, stored["attention_speed_up"_L1]},
                                        {"prefill"_L1, stored["prefill_speed_up"_L1]},
                                        {"first_token"_L1, stored["first_token_speed_up"_L1]}}},
            {"rounds"_L1, stored["rounds"_L1]},
            {"machine"_L1, stored["machine"_L1]}};
}

}  // namespace

QJsonObject storedReport(const AnswerReport& report) {
    return objectOf(reportJson(report));
}

QJsonObject storedComparison(const ComparisonReport& report) {
    return objectOf(comparisonJson(report));
}

std::optional<AnswerReport> reportFromStored(QJsonObject stored) {
    if (isOldReport(stored)) stored = renewedReport(std::move(stored));
    try {
        return readReport(textOf(stored));
    } catch (const Error&) {
        return {};  // a damaged report: the answer's text is kept beside it
    }
}

std::optional<ComparisonReport> comparisonFromStored(QJsonObject stored, const QJsonObject& dense,
                                                     const QJsonObject& sparse) {
    // The old form had no object of agreement and named no selector.
    if (!stored.contains("agreement"_L1)) stored = renewedComparison(stored, dense, sparse);
    try {
        return readComparison(textOf(stored));
    } catch (const Error&) {
        return {};
    }
}

}  // namespace reelquery
