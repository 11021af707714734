#include "app/gui/conversation/answer_column.h"

#include <QCoreApplication>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>

#include "app/gui/conversation/answer_browser.h"
#include "app/gui/conversation/frame_gap.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"

namespace reelquery {

namespace {

/// What a closer look took: "Cost 3,120 tokens and 4.2 s to the first word".
QString costText(const AnswerReport& report) {
    return QCoreApplication::translate("Basis", "Cost: %1 tokens, first word after %2")
        .arg(countText(report.promptTokens), secondsText(report.firstTokenS));
}

struct Gap {
    double nowS;
    std::optional<double> longS;  ///< with the budget "Long", where that is closer
};

/// Where something short can have been missed.
std::optional<Gap> gapOf(const AnswerReport& report) {
    const double spanS = report.lastFrameS - report.firstFrameS;
    const auto nowS = wideGapS(report.frames, spanS);
    if (!nowS || !report.zoomedInto.empty()) return {};
    return Gap{*nowS, gapOfLongS(*nowS, spanS)};
}

}  // namespace

AnswerColumn::AnswerColumn(const StillAt& stillAt, QWidget* parent) : QFrame(parent) {
    setProperty("role", QStringLiteral("answer"));
    auto* column = columnLayout(this, 6);
    column->setContentsMargins(12, 10, 12, 10);
    const auto addLabel = [&](const QString& name, const char* role) {
        auto* label = make<QLabel>(this);
        label->setObjectName(name);
        label->setProperty("role", QLatin1String(role));
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        return label;
    };
    kind_ = addLabel(QStringLiteral("answerKind"), "heading");
    status_ = addLabel(QStringLiteral("answerStatus"), "muted");
    text_ = make<AnswerBrowser>(this);
    error_ = addLabel(QStringLiteral("answerError"), "error");
    hint_ = addLabel(QStringLiteral("answerHint"), "plain");
    basis_ = addLabel(QStringLiteral("answerBasis"), "muted");
    longer_ = make<QPushButton>(tr("Ask again with “Long”"), this);
    longer_->setObjectName(QStringLiteral("longerButton"));
    longer_->setToolTip(tr("Ask again with more frames, closer together"));
    longer_->hide();
    connect(longer_, &QPushButton::clicked, this, &AnswerColumn::longBudgetRequested);
    notes_ = addLabel(QStringLiteral("answerNotes"), "muted");
    moments_ = make<MomentRow>(stillAt, this);
    lines_ = addLabel(QStringLiteral("answerLines"), "muted");
    lines_->setTextFormat(Qt::RichText);
    lines_->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    connect(lines_, &QLabel::linkActivated, this, [this](const QString& link) {
        Q_EMIT seekRequested(link.section(QLatin1Char(':'), 1).toDouble());
    });
    for (QLabel* label : {error_, notes_})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    for (QWidget* widget : {static_cast<QWidget*>(kind_), static_cast<QWidget*>(text_),
                            static_cast<QWidget*>(status_), static_cast<QWidget*>(error_),
                            static_cast<QWidget*>(hint_), static_cast<QWidget*>(basis_),
                            static_cast<QWidget*>(longer_), static_cast<QWidget*>(notes_),
                            static_cast<QWidget*>(moments_), static_cast<QWidget*>(lines_)}) {
        column->addWidget(widget, 0, widget == longer_ ? Qt::AlignLeft : Qt::Alignment());
    }
    connect(text_, &AnswerBrowser::seekRequested, this, &AnswerColumn::seekRequested);
    connect(moments_, &MomentRow::seekRequested, this, &AnswerColumn::seekRequested);
    connect(moments_, &MomentRow::closerLookRequested, this, &AnswerColumn::closerLookRequested);
}

void AnswerColumn::setCloserLookOffered(bool isOffered) {
    moments_->setCloserLookOffered(isOffered);
}

void AnswerColumn::setLongBudgetOffered(bool isOffered) {
    longer_->setVisible(isOffered && isGapWide_);
}

void AnswerColumn::completeStills() {
    moments_->completeStills();
}

void AnswerColumn::show(const AnswerRecord& answer, const QString& heading,
                        const std::vector<int>& differing) {
    const auto set = [](QLabel* label, const QString& text) {
        label->setText(text);
        label->setVisible(!text.isEmpty());
    };
    set(kind_, heading);
    // By names alone the two of a comparison would be one.
    text_->setAccessibleName(heading.isEmpty() ? AnswerBrowser::tr("Answer")
                                               : tr("Answer: %1").arg(heading));
    QString status;
    switch (answer.status) {
        case AnswerStatus::kWaiting:
            status = answer.text.isEmpty() ? tr("Waits for its turn…") : QString();
            break;
        case AnswerStatus::kRunning:
            status = answer.text.isEmpty() ? tr("Looking at the video…") : QString();
            break;
        case AnswerStatus::kStopped:
            status = tr("Stopped.");
            break;
        case AnswerStatus::kDone:
            if (answer.report && answer.report->stopReason == StopReason::kTokenLimit) {
                status = tr("Cut off after %n token(s); the limit is in the settings.", nullptr,
                            int(answer.report->answerTokens));
            }
            break;
        case AnswerStatus::kFailed:
            break;
    }
    text_->setVisible(!answer.text.isEmpty());
    text_->setAnswer(answer.text,
                     answer.report ? knownTimes(*answer.report) : std::vector<double>(), differing);
    set(status_, status);
    set(error_, sentenceText(answer.errorMessage));
    set(hint_, sentenceText(answer.errorHint));
    QString basis;
    if (answer.report) basis = basisText(*answer.report, text_->unknownTimes());
    if (answer.report && !answer.within.empty())
        basis += QStringLiteral("\n") + costText(*answer.report);
    set(basis_, basis);
    const auto gap = answer.report ? gapOf(*answer.report) : std::nullopt;
    isGapWide_ = answer.isOver() && gap && gap->longS;
    set(notes_, answer.report ? notesText(*answer.report) : QString());
    moments_->show(answer.report ? answer.report->evidence.moments : std::vector<Moment>());
    set(lines_, answer.report ? saidLinesText(answer.report->evidence) : QString());
}

std::vector<CitedMoment> AnswerColumn::cited() const {
    return text_->cited();
}

QString AnswerColumn::shownText() const {
    return text_->document()->toRawText();
}

QString answerHeading(const Exchange& exchange, const AnswerRecord& answer) {
    const auto say = [](const char* text) { return QCoreApplication::translate("Basis", text); };
    const QString side = !exchange.isComparison() ? QString()
                         : answer.attention == AttentionKind::kDense
                             ? say(QT_TRANSLATE_NOOP("Basis", "Dense"))
                             : say(QT_TRANSLATE_NOOP("Basis", "Sparse"));
    if (!answer.isCloserLook()) return side;
    QStringList spans;
    for (const TimeRange& range : answer.within)
        spans.append(QStringLiteral("%1 – %2").arg(clockText(range.fromS), clockText(range.toS)));
    const QString where = spans.join(QStringLiteral(", "));
    return side.isEmpty()
               ? say(QT_TRANSLATE_NOOP("Basis", "Closer look at %1")).arg(where)
               : say(QT_TRANSLATE_NOOP("Basis", "%1, closer look at %2")).arg(side, where);
}

namespace {

/// "one frame every 14 s: ...", where something short can have been missed; else empty.
QString gapText(const AnswerReport& report) {
    const auto gap = gapOf(report);
    if (!gap) return {};
    QString text = QCoreApplication::translate(
                       "Basis", "One frame every %1: what is shorter can have been missed")
                       .arg(gapName(gap->nowS));
    if (const auto longS = gap->longS) {
        text += QStringLiteral("; ") +
                QCoreApplication::translate("Basis", "the budget Long looks every %1")
                    .arg(gapName(*longS));
    }
    return text;
}

}  // namespace

std::vector<double> knownTimes(const AnswerReport& report) {
    std::vector<double> timesS;
    std::merge(report.frameTimesS.begin(), report.frameTimesS.end(), report.saidTimesS.begin(),
               report.saidTimesS.end(), std::back_inserter(timesS));
    return timesS;
}

QString basisText(const AnswerReport& report, int unknownTimes) {
    const auto plural = [](const char* text, int count) {
        return QCoreApplication::translate("Basis", text, nullptr, count);
    };
    QString text = plural(QT_TRANSLATE_N_NOOP("Basis", "Rests on %n frame(s)"), report.frames) +
                   QCoreApplication::translate("Basis", " from %1 to %2")
                       .arg(clockText(report.firstFrameS), clockText(report.lastFrameS));
    if (report.subtitleLines > 0) {
        text += QStringLiteral("\u00a0· ") +
                plural(QT_TRANSLATE_N_NOOP("Basis", "%n subtitle line(s)"), report.subtitleLines);
    }
    if (report.decodeErrors > 0) {
        text += QStringLiteral("\u00a0· ") +
                plural(QT_TRANSLATE_N_NOOP("Basis", "%n frame(s) could not be decoded"),
                       report.decodeErrors);
    }
    if (unknownTimes > 0) {
        text += QStringLiteral("\u00a0· ") +
                plural(QT_TRANSLATE_N_NOOP("Basis", "%n time(s) without a frame, struck through"),
                       unknownTimes);
    }
    if (const QString gap = gapText(report); !gap.isEmpty()) text += QLatin1Char('\n') + gap;
    return text;
}

QString saidLinesText(const Evidence& evidence) {
    if (evidence.lines.empty()) return {};
    QString text = QCoreApplication::translate("Basis", "Lines the model looked at, not proof:");
    for (const SaidLine& line : evidence.lines) {
        text += QStringLiteral("<br><a href=\"seek:%1\">%2</a> %3")
                    .arg(QString::number(line.timeS, 'f', 3), clockText(line.timeS),
                         toQString(line.text).toHtmlEscaped());
    }
    return text;
}

QString notesText(const AnswerReport& report) {
    QStringList lines;
    for (const std::string& note : report.notes) lines.append(sentenceText(toQString(note)));
    return lines.join(QLatin1Char('\n'));
}

}  // namespace reelquery
