#include "app/gui/conversation/question_box.h"

#include <QKeyEvent>
#include <QMimeData>
#include <QTextBlock>
#include <QTextLayout>
#include <algorithm>

namespace reelquery {

namespace {

constexpr int kMostLines = 6;

}  // namespace

QuestionBox::QuestionBox(QWidget* parent) : QPlainTextEdit(parent) {
    setObjectName(QStringLiteral("questionBox"));
    setAccessibleName(tr("Your question"));
    setPlaceholderText(tr("Ask about the video…"));
    setTabChangesFocus(true);
    setAcceptDrops(false);
    setFrameShape(QFrame::NoFrame);
    document()->setDocumentMargin(4);
    connect(this, &QPlainTextEdit::textChanged, this, &QuestionBox::fitHeight);
    fitHeight();
}

void QuestionBox::keyPressEvent(QKeyEvent* event) {
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    const auto modifiers = event->modifiers() & ~Qt::KeypadModifier;
    if (isEnter && modifiers == Qt::NoModifier) {
        Q_EMIT askRequested();
        return;
    }
    if (isEnter && modifiers == Qt::ControlModifier) {
        Q_EMIT compareRequested();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

void QuestionBox::insertFromMimeData(const QMimeData* source) {
    const QList<QUrl> urls = source->urls();
    const bool areFiles =
        !urls.isEmpty() &&
        std::all_of(urls.begin(), urls.end(), [](const QUrl& url) { return url.isLocalFile(); });
    if (areFiles) {
        Q_EMIT filesPasted(urls);
        return;
    }
    insertPlainText(source->text());
}

void QuestionBox::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    fitHeight();
}

void QuestionBox::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange) fitHeight();
}

void QuestionBox::fitHeight() {
    int lines = 0;
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        lines += std::max(1, block.layout()->lineCount());
    }
    const int wanted = std::clamp(lines, 1, kMostLines) * fontMetrics().lineSpacing() +
                       int(2 * document()->documentMargin()) + 4;
    if (height() != wanted) setFixedHeight(wanted);
}

}  // namespace reelquery
