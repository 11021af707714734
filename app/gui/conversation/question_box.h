#pragma once
// Where a question is written: it grows with the text, Enter asks, Ctrl+Enter compares, Shift+Enter
// breaks the line.

#include <QPlainTextEdit>

namespace reelquery {

/// Confined to the GUI thread.
class QuestionBox : public QPlainTextEdit {
    Q_OBJECT

  public:
    explicit QuestionBox(QWidget* parent = nullptr);

    QString question() const { return toPlainText().trimmed(); }

  Q_SIGNALS:
    void askRequested();
    void compareRequested();
    /// Pasted local files, to be opened rather than written.
    void filesPasted(const QList<QUrl>& urls);

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void insertFromMimeData(const QMimeData* source) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void fitHeight();
};

}  // namespace reelquery
