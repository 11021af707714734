#include "app/gui/state/exchange.h"

#include <QJsonArray>
#include <algorithm>

#include "app/gui/state/report_json.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

QJsonObject toJson(const AnswerRecord& answer) {
    QJsonObject json{
        {"status"_L1, int(answer.status)},
        {"attention"_L1, int(answer.attention)},
        {"text"_L1, answer.text},
    };
    if (!answer.errorMessage.isEmpty()) json["error"_L1] = answer.errorMessage;
    if (!answer.errorHint.isEmpty()) json["hint"_L1] = answer.errorHint;
    if (answer.report) json["report"_L1] = reportToJson(*answer.report);
    return json;
}

AnswerRecord answerFromJson(const QJsonObject& json) {
    AnswerRecord answer;
    answer.status =
        AnswerStatus(std::clamp(json["status"_L1].toInt(), 0, int(AnswerStatus::kFailed)));
    if (!answer.isOver()) answer.status = AnswerStatus::kStopped;
    answer.attention =
        AttentionKind(std::clamp(json["attention"_L1].toInt(), 0, int(AttentionKind::kAuto)));
    answer.text = json["text"_L1].toString();
    answer.errorMessage = json["error"_L1].toString();
    answer.errorHint = json["hint"_L1].toString();
    if (json["report"_L1].isObject()) answer.report = reportFromJson(json["report"_L1].toObject());
    return answer;
}

}  // namespace

QJsonObject toJson(const Exchange& exchange) {
    QJsonArray answers;
    for (const AnswerRecord& answer : exchange.answers) answers.append(toJson(answer));
    QJsonObject json{{"question"_L1, exchange.question}, {"answers"_L1, answers}};
    if (exchange.comparison) json["comparison"_L1] = comparisonToJson(*exchange.comparison);
    return json;
}

Exchange exchangeFromJson(const QJsonObject& json) {
    Exchange exchange;
    exchange.question = json["question"_L1].toString();
    for (const QJsonValue value : json["answers"_L1].toArray()) {
        if (exchange.answers.size() < 2)
            exchange.answers.push_back(answerFromJson(value.toObject()));
    }
    if (exchange.answers.empty()) {
        exchange.answers.emplace_back();
        exchange.answers.back().status = AnswerStatus::kStopped;
    }
    if (json["comparison"_L1].isObject() && exchange.isComparison() && exchange.answers[0].report &&
        exchange.answers[1].report) {
        exchange.comparison = comparisonFromJson(json["comparison"_L1].toObject());
        exchange.comparison->dense.report = *exchange.answers[0].report;
        exchange.comparison->sparse.report = *exchange.answers[1].report;
    }
    return exchange;
}

}  // namespace reelquery
