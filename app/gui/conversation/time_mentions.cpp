#include "app/gui/conversation/time_mentions.h"

#include <QRegularExpression>
#include <algorithm>
#include <cmath>

namespace reelquery {

namespace {

constexpr double kLeastReachS = 0.5;

double distance(const TimeMention& mention, double timeS) {
    if (timeS < mention.fromS) return mention.fromS - timeS;
    if (timeS >= mention.toS) return timeS - mention.toS;
    return 0;
}

}  // namespace

std::vector<TimeMention> findTimes(const QString& text) {
    static const QRegularExpression pattern(QStringLiteral(
        R"((?<![\d:.,])(\[)?(?:(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)(\.\d{1,3})?)(?(1)\])(?![\d:]))"
        R"(|(?<![\d:.,])(\d{1,6}(?:\.\d{1,3})?)(?:(?<!\d{4})s|\s(?:s|secs?|seconds?))\b)"));
    std::vector<TimeMention> found;
    auto matches = pattern.globalMatch(text);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        TimeMention mention{match.capturedStart(), match.capturedLength(), 0, 0};
        QString digits;
        if (match.hasCaptured(3)) {
            mention.fromS = match.captured(2).toInt() * 3600 + match.captured(3).toInt() * 60 +
                            match.captured(4).toInt();
            digits = match.captured(5).mid(1);
            mention.fromS += match.captured(5).toDouble();
        } else {
            mention.fromS = match.captured(6).toDouble();
            digits = match.captured(6).section(QLatin1Char('.'), 1);
        }
        mention.toS = mention.fromS + std::pow(10.0, -double(digits.size()));
        found.push_back(mention);
    }
    return found;
}

std::optional<double> nearestSampled(const TimeMention& mention,
                                     const std::vector<double>& timesS) {
    if (timesS.empty()) return {};
    const auto after = std::lower_bound(timesS.begin(), timesS.end(), mention.fromS);
    double best = after == timesS.end() ? timesS.back() : *after;
    if (after != timesS.begin() && distance(mention, *(after - 1)) < distance(mention, best)) {
        best = *(after - 1);
    }
    double reach = kLeastReachS;
    if (after != timesS.begin() && after != timesS.end()) {
        reach = std::max(reach, (*after - *(after - 1)) / 2);
    }
    if (distance(mention, best) > reach) return {};
    return best;
}

}  // namespace reelquery
