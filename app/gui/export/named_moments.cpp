#include "app/gui/export/named_moments.h"

#include <QCoreApplication>
#include <QTextBlock>
#include <QTextBoundaryFinder>
#include <QTextDocument>
#include <algorithm>
#include <limits>
#include <optional>

#include "app/gui/conversation/answer_column.h"
#include "app/gui/conversation/time_mentions.h"
#include "app/gui/look/format.h"

namespace reelquery {

namespace {

constexpr double kLongestS = 5;
constexpr qsizetype kLongestTitle = 160;

/// Gives the texts of this file their context.
struct MomentText {
    Q_DECLARE_TR_FUNCTIONS(Moments)
};

/// The sentence around a place; all of the text where it ends in it.
QString sentenceAt(const QString& text, qsizetype place) {
    QTextBoundaryFinder finder(QTextBoundaryFinder::Sentence, text);
    finder.setPosition(place + 1);
    const qsizetype from = std::max<qsizetype>(0, finder.toPreviousBoundary());
    finder.setPosition(place);
    const qsizetype to = finder.toNextBoundary();
    return text.mid(from, to < 0 ? -1 : to - from);
}

/// "0:10 – a red ball" is about a red ball; "It appears at 0:10." stays.
QString withoutLeadingTimes(const QString& sentence) {
    QString rest = sentence.trimmed();
    for (;;) {
        const auto mentions = findTimes(rest);
        if (mentions.empty() || mentions.front().start != 0) return rest;
        QString behind = rest.mid(mentions.front().length);
        const auto isMark = [](QChar letter) {
            return letter.isSpace() || QStringLiteral(":;,.-–—|&").contains(letter);
        };
        const auto word = std::find_if_not(behind.cbegin(), behind.cend(), isMark);
        behind = behind.mid(word - behind.cbegin());
        if (behind.isEmpty()) return {};
        rest = behind;
    }
}

/// Whether the words between two times make a stretch of them.
bool joins(const QString& between) {
    static const QStringList words{QStringLiteral("-"),    QStringLiteral("–"),
                                   QStringLiteral("—"),    QStringLiteral("to"),
                                   QStringLiteral("bis"),  QStringLiteral("until"),
                                   QStringLiteral("till"), QStringLiteral("s to"),
                                   QStringLiteral("到"),   QStringLiteral("至")};
    return words.contains(between.trimmed());
}

void addNamed(const AnswerRecord& answer, const QString& question,
              std::vector<NamedMoment>& moments) {
    const std::vector<double> timesS = knownTimes(*answer.report);
    QTextDocument document;  // as the answer is shown: without its marks
    document.setMarkdown(answer.text,
                         QTextDocument::MarkdownFeatures(QTextDocument::MarkdownDialectGitHub) |
                             QTextDocument::MarkdownNoHTML);
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        const QString text = block.text();
        std::optional<qsizetype> endOfLast;  // of a time that may be a stretch's first
        for (const TimeMention& mention : findTimes(text)) {
            if (!nearestSampled(mention, timesS)) {
                endOfLast.reset();
                continue;
            }
            const bool isEnd = endOfLast && mention.fromS > moments.back().fromS &&
                               joins(text.mid(*endOfLast, mention.start - *endOfLast));
            if (isEnd) {
                moments.back().toS = mention.fromS;
                endOfLast.reset();
                continue;
            }
            QString title = oneLine(withoutLeadingTimes(sentenceAt(text, mention.start)));
            if (title.isEmpty()) title = oneLine(question);
            moments.push_back({mention.fromS, mention.fromS, title, true, {}});
            endOfLast = mention.start + mention.length;
        }
    }
}

}  // namespace

QString oneLine(const QString& text) {
    QString clean;
    for (const QChar letter : text) {
        const bool isForbidden = (letter.category() == QChar::Other_Control && !letter.isSpace()) ||
                                 letter.unicode() >= 0xfffe;
        if (!isForbidden) clean += letter;
    }
    clean = QString::fromUtf8(clean.simplified().toUtf8());  // half a character becomes a mark
    if (clean.size() <= kLongestTitle) return clean;
    // Between words, or between letters where there is one word only.
    const auto space = clean.lastIndexOf(QLatin1Char(' '), kLongestTitle);
    auto end = space > 0 ? space : qsizetype(kLongestTitle);
    if (clean[end - 1].isHighSurrogate()) --end;
    return clean.left(end) + QStringLiteral("…");
}

std::vector<NamedMoment> namedMoments(const Exchange& exchange) {
    std::vector<NamedMoment> all;
    for (const AnswerRecord& answer : exchange.answers) {
        if (!answer.report) continue;
        std::vector<NamedMoment> moments;
        addNamed(answer, exchange.question, moments);
        if (moments.empty()) {
            for (const Moment& moment : answer.report->evidence.moments) {
                const QString title =
                    oneLine(MomentText::tr("Looked at: %1").arg(exchange.question));
                moments.push_back({moment.fromS, moment.toS, title, false, {}});
            }
        }
        for (NamedMoment& moment : moments) {
            const bool isThere = std::any_of(all.begin(), all.end(), [&](const auto& other) {
                return other.fromS == moment.fromS && other.toS == moment.toS &&
                       other.title == moment.title;
            });
            if (isThere) continue;
            moment.answer = answerHeading(exchange, answer);
            all.push_back(std::move(moment));
        }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.fromS < b.fromS; });
    return all;
}

std::vector<NamedMoment> withEnds(std::vector<NamedMoment> moments, double durationS) {
    std::erase_if(moments, [durationS](const NamedMoment& moment) {
        return durationS > 0 && moment.fromS >= durationS;
    });
    const double endS = durationS > 0 ? durationS : std::numeric_limits<double>::infinity();
    for (std::size_t at = 0; at < moments.size(); ++at) {
        NamedMoment& moment = moments[at];
        moment.fromS = std::clamp(moment.fromS, 0.0, endS);
        if (moment.toS > moment.fromS) {
            moment.toS = std::min(moment.toS, endS);
            continue;
        }
        double nextS = endS;
        for (std::size_t later = at + 1; later < moments.size(); ++later) {
            if (moments[later].fromS <= moment.fromS) continue;
            nextS = std::min(nextS, moments[later].fromS);
            break;
        }
        moment.toS = std::min(moment.fromS + kLongestS, nextS);
    }
    return moments;
}

}  // namespace reelquery
