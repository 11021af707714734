#include "app/gui/state/exchange.h"

#include <QJsonArray>
#include <algorithm>

#include "app/gui/state/stored_reports.h"

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
    if (answer.report) json["report"_L1] = storedReport(*answer.report);
    if (!answer.within.empty()) {
        QJsonArray within;
        for (const TimeRange& range : answer.within)
            within.append(QJsonArray{range.fromS, range.toS});
        json["within"_L1] = within;
    }
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
    if (json["report"_L1].isObject())
        answer.report = reportFromStored(json["report"_L1].toObject());
    for (const QJsonValue range : json["within"_L1].toArray())
        answer.within.push_back({range[0].toDouble(), range[1].toDouble()});
    return answer;
}

/// A comparison is kept once, with the reports of its sides in it.
void takeComparison(const QJsonObject& json, Exchange& exchange) {
    const QJsonArray answers = json["answers"_L1].toArray();
    exchange.comparison = comparisonFromStored(json["comparison"_L1].toObject(),
                                               answers[0].toObject()["report"_L1].toObject(),
                                               answers[1].toObject()["report"_L1].toObject());
    if (!exchange.comparison) return;
    exchange.answers[0].report = exchange.comparison->dense.report;
    exchange.answers[1].report = exchange.comparison->sparse.report;
}

}  // namespace

const AnswerRecord* Exchange::finished() const {
    const auto last = std::find_if(
        answers.rbegin(), answers.rend(),
        [](const AnswerRecord& answer) { return answer.status == AnswerStatus::kDone; });
    return last == answers.rend() ? nullptr : &*last;
}

bool Exchange::wantsCloserLook() const {
    const AnswerRecord& first = answers.front();
    if (isComparison() || !first.report || first.report->evidence.moments.empty()) return false;
    return !hasCloserLook() || answers.back().status != AnswerStatus::kDone;
}

QJsonObject toJson(const Exchange& exchange) {
    QJsonArray answers;
    for (const AnswerRecord& answer : exchange.answers) {
        QJsonObject json = toJson(answer);
        if (exchange.comparison) json.remove("report"_L1);
        answers.append(json);
    }
    QJsonObject json{{"question"_L1, exchange.question}, {"answers"_L1, answers}};
    if (exchange.comparison) json["comparison"_L1] = storedComparison(*exchange.comparison);
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
    if (json["comparison"_L1].isObject() && exchange.isComparison()) takeComparison(json, exchange);
    return exchange;
}

}  // namespace reelquery
