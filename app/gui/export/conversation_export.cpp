#include "app/gui/export/conversation_export.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>
#include <QRegularExpression>
#include <QSaveFile>
#include <QTextDocument>
#include <algorithm>

#include "app/gui/compare/comparison_rows.h"
#include "app/gui/conversation/answer_column.h"
#include "app/gui/conversation/time_mentions.h"
#include "app/gui/library/picture_keeper.h"
#include "app/gui/look/format.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

/// Gives the texts of this file their context.
struct Export {
    Q_DECLARE_TR_FUNCTIONS(Export)
};

QString statusText(const AnswerRecord& answer) {
    switch (answer.status) {
        case AnswerStatus::kDone:
            return {};
        case AnswerStatus::kFailed:
            return QStringLiteral("%1 %2").arg(sentenceText(answer.errorMessage),
                                               sentenceText(answer.errorHint));
        default:
            return Export::tr("Stopped.");
    }
}

QString figuresText(const AnswerReport& report) {
    return Export::tr("%1 · %2 · %3 · first token %4 · %5 tokens · density %6")
        .arg(toQString(report.model), toQString(report.device), toQString(report.attention),
             secondsText(report.firstTokenS), countText(report.promptTokens),
             percentText(report.density));
}

/// What an answer rests on, what it cost and what there is to know about it.
QStringList reportLines(const AnswerReport& report) {
    QStringList lines{basisText(report, 0), figuresText(report)};
    lines += notesText(report).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QStringList moments;
    for (const Moment& moment : report.evidence.moments) {
        moments.append(
            QStringLiteral("%1 (%2)").arg(clockText(moment.peakS), percentText(moment.weight)));
    }
    if (!moments.isEmpty()) {
        lines.append(Export::tr("Where the model looked, not proof: %1")
                         .arg(moments.join(QStringLiteral(", "))));
    }
    QStringList said;
    for (const SaidLine& line : report.evidence.lines) {
        said.append(QStringLiteral("%1 “%2”").arg(clockText(line.timeS), toQString(line.text)));
    }
    if (!said.isEmpty()) {
        lines.append(Export::tr("Lines the model looked at, not proof: %1")
                         .arg(said.join(QStringLiteral(", "))));
    }
    return lines;
}

/// What a comparison found; empty for an exchange that is none or did not finish.
QString verdictText(const Exchange& exchange) {
    return exchange.comparison ? comparisonVerdict(*exchange.comparison) : QString();
}

/// When the conversation was last changed, for its head.
QString dateText(const Conversation& conversation) {
    return QLocale().toString(conversation.changed.toLocalTime(), QLocale::LongFormat);
}

/// "12m03.500s": a file name that sorts by time.
QString stillName(double timeS) {
    const auto milliseconds = qint64(timeS * 1000);
    return QStringLiteral("%1m%2.%3s.png")
        .arg(milliseconds / 60000, 3, 10, QLatin1Char('0'))
        .arg(milliseconds / 1000 % 60, 2, 10, QLatin1Char('0'))
        .arg(milliseconds % 1000, 3, 10, QLatin1Char('0'));
}

/// The name alone: where a video lies says more about a person than they may want to give away.
QString videoName(const Conversation& conversation) {
    return nameText(conversation.videoPath);
}

/// A person's words as they are, whatever marks are in them.
QString markdownEscaped(const QString& words) {
    QString escaped;
    for (const QChar letter : words) {
        if (QStringLiteral("\\`*_<>[]#|~").contains(letter)) escaped += QLatin1Char('\\');
        escaped += letter;
    }
    return escaped;
}

QByteArray png(const QImage& picture) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    picture.save(&buffer, "PNG");
    return bytes;
}

QString answerMarkdown(const Exchange& exchange, const AnswerRecord& answer) {
    QString text;
    const QString head = answerHeading(exchange, answer);
    if (!head.isEmpty()) text += QStringLiteral("### %1\n\n").arg(head);
    if (!answer.text.isEmpty()) text += answer.text.trimmed() + QStringLiteral("\n\n");
    if (const QString status = statusText(answer); !status.isEmpty())
        text += QStringLiteral("*%1*\n\n").arg(status);
    return text;
}

std::optional<QString> exportMarkdown(const Conversation& conversation, const PictureAt& pictureAt,
                                      const QString& path) {
    const QFileInfo file(path);
    const QString folder = file.completeBaseName() + QStringLiteral("_stills");
    QString text = QStringLiteral("# %1\n\n`%2`  \n%3\n\n")
                       .arg(markdownEscaped(conversation.title), videoName(conversation),
                            dateText(conversation));
    for (const Exchange& exchange : conversation.exchanges) {
        text += QStringLiteral("## %1\n\n").arg(markdownEscaped(exchange.question.simplified()));
        for (const AnswerRecord& answer : exchange.answers) {
            text += answerMarkdown(exchange, answer);
            for (const Still& still : stillsOf(answer, pictureAt)) {
                if (!file.dir().mkpath(folder))
                    return Export::tr("The folder “%1” could not be made.").arg(folder);
                const QString name = folder + QLatin1Char('/') + stillName(still.timeS);
                if (auto problem = writeWhole(file.dir().filePath(name), png(still.picture)))
                    return problem;
                const QString clock = clockText(still.timeS);
                text += QStringLiteral("![%1](<%2>) %1\n\n").arg(clock, name);
            }
            if (answer.report) {
                text += QStringLiteral("> ") +
                        reportLines(*answer.report).join(QLatin1String("  \n> ")) +
                        QStringLiteral("\n\n");
            }
        }
        if (const QString verdict = verdictText(exchange); !verdict.isEmpty())
            text += verdict + QStringLiteral("\n\n");
    }
    return writeWhole(path, text.toUtf8());
}

/// The body only: Qt writes a whole page.
QString htmlOf(const QString& markdown) {
    QTextDocument document;
    document.setMarkdown(markdown,
                         QTextDocument::MarkdownFeatures(QTextDocument::MarkdownDialectGitHub) |
                             QTextDocument::MarkdownNoHTML);
    const QString page = document.toHtml();
    const auto begin = page.indexOf(QLatin1Char('>'), page.indexOf(QLatin1String("<body"))) + 1;
    return page.mid(begin, page.indexOf(QLatin1String("</body>")) - begin);
}

constexpr const char* kPageHead =
    "<!doctype html>\n<html><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width\">\n"
    "<style>:root{color-scheme:light dark}body{font:16px/1.5 "
    "system-ui,sans-serif;max-width:52rem;margin:2rem auto;"
    "padding:0 1rem}.answers{display:flex;gap:1rem;flex-wrap:wrap}.answer{flex:1 1 "
    "20rem;border:1px solid #8886;"
    "border-radius:8px;padding:.5rem 1rem}figure{display:inline-block;margin:.5rem .5rem .5rem "
    "0}img{max-height:9rem;"
    "border-radius:4px}small{opacity:.75}</style>\n";

std::optional<QString> exportHtml(const Conversation& conversation, const PictureAt& pictureAt,
                                  const QString& path) {
    const QString title = conversation.title.toHtmlEscaped();
    QString text =
        QLatin1String(kPageHead) +
        QStringLiteral("<title>%1</title></head><body>\n<h1>%1</h1>\n").arg(title) +
        QStringLiteral("<p><code>%1</code><br><small>%2</small></p>\n")
            .arg(videoName(conversation).toHtmlEscaped(), dateText(conversation).toHtmlEscaped());
    for (const Exchange& exchange : conversation.exchanges) {
        text += QStringLiteral("<h2>") + exchange.question.toHtmlEscaped() +
                QStringLiteral("</h2>\n<div class=\"answers\">\n");
        for (const AnswerRecord& answer : exchange.answers) {
            text +=
                QStringLiteral("<div class=\"answer\">") + htmlOf(answerMarkdown(exchange, answer));
            for (const Still& still : stillsOf(answer, pictureAt)) {
                text += QStringLiteral("<figure><img alt=\"\" src=\"data:image/png;base64,") +
                        QString::fromLatin1(png(still.picture).toBase64()) +
                        QStringLiteral("\"><figcaption>") + clockText(still.timeS) +
                        QStringLiteral("</figcaption></figure>\n");
            }
            if (answer.report) {
                text += QStringLiteral("<p><small>") +
                        reportLines(*answer.report)
                            .join(QLatin1Char('\n'))
                            .toHtmlEscaped()
                            .replace(QLatin1Char('\n'), QLatin1String("<br>")) +
                        QStringLiteral("</small></p>\n");
            }
            text += QStringLiteral("</div>\n");
        }
        text += QStringLiteral("</div>\n");
        if (const QString verdict = verdictText(exchange); !verdict.isEmpty())
            text += QStringLiteral("<p>%1</p>\n").arg(verdict.toHtmlEscaped());
    }
    return writeWhole(path, (text + QStringLiteral("</body></html>\n")).toUtf8());
}

std::optional<QString> exportJson(const Conversation& conversation, const PictureAt& pictureAt,
                                  const QString& path) {
    QJsonArray exchanges;
    for (const Exchange& exchange : conversation.exchanges) {
        QJsonObject json = toJson(exchange);
        QJsonArray answers = json["answers"_L1].toArray();
        for (qsizetype at = 0; at < answers.size(); ++at) {
            QJsonObject answer = answers[at].toObject();
            QJsonArray times;
            const AnswerRecord& record = exchange.answers[std::size_t(at)];
            for (const TimeMention& mention : findTimes(record.text)) {
                const auto frame = nearestSampled(
                    mention, record.report ? record.report->frameTimesS : std::vector<double>());
                if (!frame && mention.mayBeTimeOfDay) continue;
                times.append(
                    QJsonObject{{"text"_L1, record.text.mid(mention.start, mention.length)},
                                {"time_s"_L1, mention.fromS},
                                {"frame_s"_L1, frame ? QJsonValue(*frame) : QJsonValue()}});
            }
            answer["times"_L1] = times;
            QJsonArray stills;
            for (const Still& still : stillsOf(record, pictureAt)) {
                stills.append(QJsonObject{
                    {"time_s"_L1, still.timeS},
                    {"png_base64"_L1, QString::fromLatin1(png(still.picture).toBase64())}});
            }
            answer["stills"_L1] = stills;
            answer["status"_L1] = QStringList{QStringLiteral("waiting"), QStringLiteral("running"),
                                              QStringLiteral("done"), QStringLiteral("stopped"),
                                              QStringLiteral("failed")}[int(record.status)];
            answers[at] = answer;
        }
        json["answers"_L1] = answers;
        exchanges.append(json);
    }
    const QJsonObject document{{"title"_L1, conversation.title},
                               {"video"_L1, videoName(conversation)},
                               {"changed"_L1, conversation.changed.toString(Qt::ISODate)},
                               {"settings"_L1, conversation.settings},
                               {"exchanges"_L1, exchanges}};
    return writeWhole(path, QJsonDocument(document).toJson());
}

}  // namespace

QString exchangeToMarkdown(const Exchange& exchange) {
    QString text = QStringLiteral("**%1**\n\n").arg(markdownEscaped(exchange.question));
    for (const AnswerRecord& answer : exchange.answers) text += answerMarkdown(exchange, answer);
    return text.trimmed() + QLatin1Char('\n');
}

std::vector<Still> stillsOf(const AnswerRecord& answer, const PictureAt& pictureAt) {
    std::vector<Still> stills;
    if (!pictureAt) return stills;
    for (const double timeS : picturedTimes(answer)) {
        QImage picture = pictureAt(timeS);
        if (!picture.isNull()) stills.push_back({timeS, std::move(picture)});
    }
    std::sort(stills.begin(), stills.end(),
              [](const Still& a, const Still& b) { return a.timeS < b.timeS; });
    return stills;
}

QString fileNameOf(QString title) {
    static const QRegularExpression forbidden(QStringLiteral(R"([/\\:*?"<>|\x00-\x1f])"));
    title = title.replace(forbidden, QStringLiteral(" ")).simplified();
    return title.isEmpty() ? Export::tr("Conversation") : title;
}

std::optional<QString> writeWhole(const QString& path, const QByteArray& bytes) {
    QSaveFile file(path);
    // commit() alone does not see that a full disk refused what was still in a buffer.
    const bool isWritten = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() &&
                           file.flush() && file.commit();
    if (isWritten) return {};
    return Export::tr("“%1” could not be written: %2.").arg(path, file.errorString());
}

std::optional<QString> exportConversation(const Conversation& conversation,
                                          const PictureAt& pictureAt, const QString& path) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    if (suffix == QLatin1String("md")) return exportMarkdown(conversation, pictureAt, path);
    if (suffix == QLatin1String("html")) return exportHtml(conversation, pictureAt, path);
    if (suffix == QLatin1String("json")) return exportJson(conversation, pictureAt, path);
    return Export::tr("Reelquery exports .md, .html and .json files, not “.%1”.").arg(suffix);
}

}  // namespace reelquery
