#include "app/gui/conversation/answer_browser.h"

#include <QAbstractTextDocumentLayout>
#include <QEvent>
#include <QGuiApplication>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextList>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "app/gui/compare/word_diff.h"
#include "app/gui/conversation/document_update.h"
#include "app/gui/conversation/time_mentions.h"
#include "app/gui/look/format.h"
#include "app/gui/look/theme.h"

namespace reelquery {

namespace {

const auto kScheme = QStringLiteral("seek");

}  // namespace

AnswerBrowser::AnswerBrowser(QWidget* parent) : QTextBrowser(parent) {
    setObjectName(QStringLiteral("answerText"));
    setFrameShape(QFrame::NoFrame);
    setOpenLinks(false);
    setAcceptDrops(false);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setTextInteractionFlags(Qt::TextBrowserInteraction);
    document()->setDocumentMargin(0);
    document()->setIndentWidth(20);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Answer"));
    connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl& url) {
        if (url.scheme() == kScheme) Q_EMIT seekRequested(url.path().toDouble());
    });
    fitHeight();
}

void AnswerBrowser::setAnswer(const QString& markdown, const std::vector<double>& timesS,
                              const std::vector<int>& differing) {
    if (markdown == markdown_ && timesS == timesS_ && differing == differing_) return;
    markdown_ = markdown;
    timesS_ = timesS;
    differing_ = differing;
    render();
}

void AnswerBrowser::render() {
    // Written beside the document on screen, where changes cost no layout; then only the blocks
    // that differ are laid out again. An answer that grows pays for its last block.
    QTextDocument fresh;
    fresh.setDefaultFont(document()->defaultFont());
    write(fresh);
    if (!updateDocument(*document(), fresh)) write(*document());
    fitHeight();
}

void AnswerBrowser::write(QTextDocument& document) {
    // Raw HTML stays text: an answer must not be able to draw links or load pictures.
    document.setMarkdown(markdown_,
                         QTextDocument::MarkdownFeatures(QTextDocument::MarkdownDialectGitHub) |
                             QTextDocument::MarkdownNoHTML);
    cited_.clear();
    unknownTimes_ = 0;
    spaceBlocks(document);
    markWords(document);
    markTimes(document);
}

void AnswerBrowser::spaceBlocks(QTextDocument& document) const {
    const double gap = fontMetrics().height() * 0.45;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        QTextCursor cursor(block);
        QTextBlockFormat format;
        format.setBottomMargin(block.next().isValid() ? gap : 0);
        format.setTopMargin(0);
        cursor.mergeBlockFormat(format);
        QTextList* list = block.textList();
        if (!list || list->format().style() == QTextListFormat::ListDecimal) continue;
        QTextListFormat bullets = list->format();
        bullets.setStyle(QTextListFormat::ListDisc);
        list->setFormat(bullets);
    }
}

void AnswerBrowser::markTimes(QTextDocument& document) {
    if (timesS_.empty()) return;
    // The style sheet makes the widget's own Base transparent.
    const QPalette colours = QGuiApplication::palette();
    const QColor accent = colours.color(QPalette::Highlight);
    QTextCharFormat known, unknown;
    known.setAnchor(true);
    known.setForeground(colours.color(QPalette::Link));
    known.setBackground(blend(colours.color(QPalette::Base), accent, 0.16));
    known.setFontUnderline(false);
    known.setFontWeight(QFont::DemiBold);
    unknown.setFontStrikeOut(true);
    unknown.setForeground(mutedText(colours));
    unknown.setToolTip(tr("The model saw no frame and read no line at this time"));
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        for (const TimeMention& mention : findTimes(block.text())) {
            QTextCursor cursor(&document);
            cursor.setPosition(block.position() + int(mention.start));
            cursor.setPosition(block.position() + int(mention.start + mention.length),
                               QTextCursor::KeepAnchor);
            const auto frameS = nearestSampled(mention, timesS_);
            if (!frameS && mention.mayBeTimeOfDay) continue;
            if (!frameS) {
                ++unknownTimes_;
                cursor.mergeCharFormat(unknown);
                continue;
            }
            known.setAnchorHref(kScheme + QLatin1Char(':') + QString::number(*frameS, 'f', 3));
            known.setToolTip(tr("Go to %1").arg(clockText(*frameS)));
            cursor.mergeCharFormat(known);
            cited_.push_back({*frameS});
        }
    }
}

void AnswerBrowser::markWords(QTextDocument& document) const {
    if (differing_.empty()) return;
    const QPalette colours = QGuiApplication::palette();
    QTextCharFormat mark;
    mark.setBackground(blend(colours.color(QPalette::Base), errorColor(colours), 0.18));
    mark.setFontUnderline(true);  // not by colour alone
    const std::vector<TextWord> words = wordsOf(document.toRawText());
    for (const int at : differing_) {
        if (at < 0 || at >= int(words.size())) continue;
        QTextCursor cursor(&document);
        cursor.setPosition(int(words[std::size_t(at)].start));
        cursor.setPosition(int(words[std::size_t(at)].start + words[std::size_t(at)].length),
                           QTextCursor::KeepAnchor);
        cursor.mergeCharFormat(mark);
    }
}

void AnswerBrowser::fitHeight() {
    // Setting the width lays the whole document out, even where it is the same.
    const int width = viewport()->width();
    if (document()->textWidth() != width) document()->setTextWidth(width);
    const int bar =
        horizontalScrollBarPolicy() == Qt::ScrollBarAsNeeded && document()->idealWidth() > width
            ? 14
            : 0;
    const int line = fontMetrics().lineSpacing();
    setFixedHeight(std::max(line, int(std::ceil(document()->size().height()))) + bar + 2);
}

QSize AnswerBrowser::sizeHint() const {
    return {320, height()};
}

QSize AnswerBrowser::minimumSizeHint() const {
    return {80, height()};
}

void AnswerBrowser::resizeEvent(QResizeEvent* event) {
    QTextBrowser::resizeEvent(event);
    fitHeight();
}

void AnswerBrowser::changeEvent(QEvent* event) {
    QTextBrowser::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        if (!markdown_.isEmpty()) render();
    }
}

void AnswerBrowser::wheelEvent(QWheelEvent* event) {
    event->ignore();
}  // the conversation scrolls

}  // namespace reelquery
