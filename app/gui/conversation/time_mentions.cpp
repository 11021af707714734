#include "app/gui/conversation/time_mentions.h"

#include <QRegularExpression>
#include <algorithm>
#include <cmath>
#include <string>

#include "app/gui/conversation/time_context.h"

namespace reelquery {

namespace {

constexpr double kLeastReachS = 0.5;

/// A time as a text holds it, before the words around it are looked at.
struct Candidate {
    TimeMention mention;
    TimeForm form = TimeForm::kUnits;
    bool hasFraction = false, isHyphened = false;
    bool isNamed = false;  ///< "at second 65": a moment without a look around
};

QRegularExpression caselessPattern(const std::string& text) {
    return QRegularExpression(
        QString::fromStdString(text),
        QRegularExpression::CaseInsensitiveOption | QRegularExpression::UseUnicodePropertiesOption);
}

const std::string kNumber = R"(\d{1,6}(?:[.,]\d{1,3})?)";
const std::string kHour = R"((?:h(?:ours?|rs?)?|stunden?|std\.?)(?![\p{Latin}])|小时|小時)";
const std::string kMinute = R"(min(?:ute[ns]?|s|\.)?(?![\p{Latin}])|分[钟鐘]?)";
const std::string kSecond = R"(s(?:ec(?:ond)?s?|ek(?:unden?|\.)?)?(?![\p{Latin}\d_])|秒[钟鐘]?)";

double number(QStringView digits) {
    return digits.toString().replace(QLatin1Char(','), QLatin1Char('.')).toDouble();
}

/// What the last digit stands for: 1 for "5", 0.1 for "5.0".
double lastDigit(QStringView digits) {
    const qsizetype point =
        std::max(digits.indexOf(QLatin1Char('.')), digits.indexOf(QLatin1Char(',')));
    return point < 0 ? 1 : std::pow(10.0, -double(digits.size() - point - 1));
}

double secondsOf(const QString& unit) {
    static const QRegularExpression hour = caselessPattern("^(?:h|st|小)");
    static const QRegularExpression minute = caselessPattern("^(?:m|分)");
    return hour.match(unit).hasMatch() ? 3600 : minute.match(unit).hasMatch() ? 60 : 1;
}

/// A number that counts units of `unitS` seconds, at a place of the text.
Candidate counted(QStringView digits, qsizetype start, qsizetype length, double unitS) {
    Candidate one;
    one.hasFraction = lastDigit(digits) < 1;
    one.mention.start = start;
    one.mention.length = length;
    one.mention.fromS = number(digits) * unitS;
    one.mention.toS = one.mention.fromS + lastDigit(digits) * unitS;
    return one;
}

/// "1:05", "1:02:03", "0:07.5", "00:01:05,500".
void addClocks(const QString& text, std::vector<Candidate>& found) {
    static const QRegularExpression clock =
        caselessPattern(R"((?<![\d:：.])(?:(\d{1,2})[:：])?(\d{1,3})[:：]([0-5]\d))"
                        R"((\.\d{1,3}|,\d{3}(?!\d))?(?!\d|[:：]\d))");
    for (auto all = clock.globalMatch(text); all.hasNext();) {
        const QRegularExpressionMatch match = all.next();
        const QString seconds = match.captured(3) + match.captured(4);
        Candidate one = counted(seconds, match.capturedStart(), match.capturedLength(), 1);
        const double before = match.captured(1).toInt() * 3600 + match.captured(2).toInt() * 60;
        one.mention.fromS += before;
        one.mention.toS += before;
        one.form = TimeForm::kClock;
        found.push_back(one);
    }
}

/// "1 h 05 min", "2 minutes and 5 seconds", "1m05s", "1分5秒": two units or three. Every part may
/// be missing, so without the look ahead the pattern would match at every letter of a long answer.
void addCompounds(const QString& text, std::vector<Candidate>& found) {
    static const QRegularExpression compound = caselessPattern(
        R"((?<![\d.,:])(?=\d)(?:(\d{1,2})\s*(?:)" + kHour + R"(),?\s*(?:and|und)?\s*)?)" +
        R"((?:(\d{1,3})\s*(?:)" + kMinute + R"(|m(?=\s*\d)),?\s*(?:and|und)?\s*)?)" + "(?:(" +
        kNumber + R"()\s*(?:)" + kSecond + "))?");
    for (auto all = compound.globalMatch(text); all.hasNext();) {
        const QRegularExpressionMatch match = all.next();
        const int parts = match.hasCaptured(1) + match.hasCaptured(2) + match.hasCaptured(3);
        if (parts < 2) continue;
        const bool hasSeconds = match.hasCaptured(3);
        Candidate one = counted(match.capturedView(hasSeconds ? 3 : 2), match.capturedStart(),
                                match.captured().trimmed().size(), hasSeconds ? 1 : 60);
        const double before =
            match.captured(1).toInt() * 3600 + (hasSeconds ? match.captured(2).toInt() * 60 : 0);
        one.mention.fromS += before;
        one.mention.toS += before;
        one.form = TimeForm::kCompound;
        found.push_back(one);
    }
}

/// "the 80s", "the 1990s".
bool isDecade(const QString& text, const QRegularExpressionMatch& match) {
    static const QRegularExpression the =
        caselessPattern(R"(\b(?:the|early|late|mid|der|den|die)[\s-]*$)");
    static const QRegularExpression mark = caselessPattern(R"(^\s*mark)");
    const QString digits = match.captured(2);
    if (match.captured(3) + match.captured(4) != QLatin1String("s")) return false;
    if (lastDigit(digits) < 1) return false;
    if (digits.size() == 4) return true;
    return digits.endsWith(QLatin1Char('0')) &&
           the.match(text.mid(std::max<qsizetype>(match.capturedStart() - 16, 0),
                              std::min<qsizetype>(match.capturedStart(), 16)))
               .hasMatch() &&
           !mark.match(text.mid(match.capturedEnd(), 8)).hasMatch();
}

/// "65 s", "65.0 seconds", "65-second", "5, 10 and 15 seconds", "5秒": numbers with one unit.
void addUnits(const QString& text, std::vector<Candidate>& found) {
    static const QRegularExpression numbers = caselessPattern(
        "(?<![\\d:.])(?<!\\d,)((?:" + kNumber +
        R"(\s*(?:,\s|[-–—~]|to|and|or|until|bis|und|oder|[至到和、])\s*(?:and\s|or\s)?){0,9}))" +
        "(" + kNumber + R"()([-\s]?)()" + kHour + "|" + kMinute + "|" + kSecond + ")");
    static const QRegularExpression one = caselessPattern(kNumber);
    for (auto all = numbers.globalMatch(text); all.hasNext();) {
        const QRegularExpressionMatch match = all.next();
        if (isDecade(text, match)) continue;
        const double unitS = secondsOf(match.captured(4));
        for (auto earlier = one.globalMatch(match.captured(1)); earlier.hasNext();) {
            const QRegularExpressionMatch digits = earlier.next();
            found.push_back(counted(digits.capturedView(),
                                    match.capturedStart(1) + digits.capturedStart(),
                                    digits.capturedLength(), unitS));
        }
        found.push_back(counted(match.capturedView(2), match.capturedStart(2),
                                match.capturedEnd(4) - match.capturedStart(2), unitS));
        found.back().isHyphened = match.captured(3) == QLatin1String("-");
    }
}

/// "at second 65", "ab Sekunde 12".
void addNamed(const QString& text, std::vector<Candidate>& found) {
    static const QRegularExpression named = caselessPattern(
        R"(\b(?:(?:at|around|in|from|to|and|until|by|about|after|before|near)\s+seconds?|sekunde)\s+()" +
        kNumber + R"()(?![\d:])(?!\s*(?:s|sec|seconds?|sekunden?|min|minutes?)\b))");
    for (auto all = named.globalMatch(text); all.hasNext();) {
        const QRegularExpressionMatch match = all.next();
        found.push_back(
            counted(match.capturedView(1), match.capturedStart(1), match.capturedLength(1), 1));
        found.back().isNamed = true;
    }
}

/// All candidates in order of place; of two that overlap the first kind here stays.
std::vector<Candidate> candidatesOf(const QString& text) {
    std::vector<Candidate> all;
    addClocks(text, all);
    addCompounds(text, all);
    addNamed(text, all);
    addUnits(text, all);
    std::vector<bool> isTaken(std::size_t(text.size()), false);
    std::vector<Candidate> kept;
    for (const Candidate& one : all) {
        const auto first = isTaken.begin() + one.mention.start;
        if (std::find(first, first + one.mention.length, true) != first + one.mention.length)
            continue;
        std::fill(first, first + one.mention.length, true);
        kept.push_back(one);
    }
    std::sort(kept.begin(), kept.end(), [](const Candidate& a, const Candidate& b) {
        return a.mention.start < b.mention.start;
    });
    return kept;
}

/// Takes the brackets in that hold nothing but the mention.
void takeBrackets(const QString& text, TimeMention& mention) {
    const qsizetype end = mention.start + mention.length;
    if (mention.start == 0 || end >= text.size()) return;
    const QChar open = text[mention.start - 1], close = text[end];
    if ((open == QLatin1Char('[') && close == QLatin1Char(']')) ||
        (open == QLatin1Char('<') && close == QLatin1Char('>'))) {
        --mention.start;
        mention.length += 2;
    }
}

/// Whether nothing but a joining word stands between two candidates: they mean the same kind.
bool areJoined(const QString& text, const TimeMention& first, const TimeMention& second) {
    constexpr qsizetype kLongest = 24;
    static const QRegularExpression joint = caselessPattern(
        R"(^\s*(?:[-–—~,、]|to|and|or|until|till|through|und|oder|bis|,\s*(?:and|or|und|oder)|[和到至与或])\s*)"
        R"((?:then|at|about|around|bei|etwa|[第在])?\s*$)");
    const qsizetype end = first.start + first.length;
    return second.start - end <= kLongest &&
           joint.match(text.mid(end, second.start - end)).hasMatch();
}

/// The words around `one`; those behind `last`, which is it or the last of its row.
TimeContext contextOf(const QString& text, const Candidate& one, const TimeMention& last) {
    constexpr qsizetype kFarEnough = 80;
    TimeContext context;
    const qsizetype lineStart =
        QStringView(text).left(one.mention.start).lastIndexOf(QLatin1Char('\n')) + 1;
    const qsizetype from = std::max(lineStart, one.mention.start - kFarEnough);
    context.before = text.mid(from, one.mention.start - from);
    if (from > lineStart) context.before.prepend(QLatin1Char('x'));  // no start of a line
    context.after = text.mid(last.start + last.length, kFarEnough);
    context.after = context.after.section(QLatin1Char('\n'), 0, 0);
    context.form = one.form;
    context.hasFraction = one.hasFraction;
    context.isHyphened = one.isHyphened;
    context.isRange = last.start != one.mention.start;
    return context;
}

double distance(const TimeMention& mention, double timeS) {
    if (timeS < mention.fromS) return mention.fromS - timeS;
    if (timeS >= mention.toS) return timeS - mention.toS;
    return 0;
}

}  // namespace

std::vector<TimeMention> findTimes(const QString& text) {
    const std::vector<Candidate> candidates = candidatesOf(text);
    std::vector<TimeMention> found;
    // Candidates that are joined ("from 5 to 10 seconds") are judged together, as the first is.
    for (std::size_t first = 0, last = 0; first < candidates.size(); first = ++last) {
        while (last + 1 < candidates.size() &&
               areJoined(text, candidates[last].mention, candidates[last + 1].mention)) {
            ++last;
        }
        const Candidate& one = candidates[first];
        const TimeVerdict verdict = one.isNamed
                                        ? TimeVerdict::kMoment
                                        : judgeTime(contextOf(text, one, candidates[last].mention));
        if (verdict == TimeVerdict::kNone) continue;
        for (std::size_t at = first; at <= last; ++at) {
            TimeMention mention = candidates[at].mention;
            mention.mayBeTimeOfDay = verdict == TimeVerdict::kMaybeTimeOfDay;
            takeBrackets(text, mention);
            found.push_back(mention);
        }
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
