#include "app/gui/state/exchange.h"

#include <QJsonArray>
#include <algorithm>

#include "app/gui/state/stored_reports.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMostAnswers = 4;  // dense, sparse, a closer look at each

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
        json["looks_at"_L1] = answer.looksAt;
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
    answer.looksAt = std::clamp(json["looks_at"_L1].toInt(), 0, 1);
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

std::optional<int> Exchange::closerLookAt(int answer) const {
    for (std::size_t at = 0; at < answers.size(); ++at) {
        if (answers[at].isCloserLook() && answers[at].looksAt == answer) return int(at);
    }
    return {};
}

bool Exchange::wantsCloserLook(int answer) const {
    const AnswerRecord& asked = answers[std::size_t(answer)];
    if (asked.isCloserLook() || !asked.report || asked.report->evidence.moments.empty())
        return false;
    const auto closer = closerLookAt(answer);
    return !closer || answers[std::size_t(*closer)].status != AnswerStatus::kDone;
}

QJsonObject toJson(const Exchange& exchange) {
    QJsonArray answers;
    for (const AnswerRecord& answer : exchange.answers) {
        QJsonObject json = toJson(answer);
        if (exchange.comparison && !answer.isCloserLook()) json.remove("report"_L1);
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
        if (exchange.answers.size() < kMostAnswers)
            exchange.answers.push_back(answerFromJson(value.toObject()));
    }
    if (exchange.answers.empty() || exchange.answers.front().isCloserLook()) {
        exchange.answers.assign(1, {});
        exchange.answers.back().status = AnswerStatus::kStopped;
    }
    if (!exchange.isComparison()) {
        for (AnswerRecord& answer : exchange.answers) answer.looksAt = 0;
    }
    if (json["comparison"_L1].isObject() && exchange.isComparison()) takeComparison(json, exchange);
    return exchange;
}

}  // namespace reelquery
