#pragma once
// Says over the picture what a key has just done, with a way back.

#include <QFrame>
#include <QTimer>
#include <functional>

class QLabel;
class QPushButton;

namespace reelquery {

/// A small plate at the top of its parent; goes by itself. Confined to the GUI thread.
class PictureEcho : public QFrame {
    Q_OBJECT

  public:
    explicit PictureEcho(QWidget* parent);

    /// undo: what takes it back; none where there is nothing to take back. undoText: of its
    /// button, where "Undo" is not the word.
    void say(const QString& text, std::function<void()> undo = {}, const QString& undoText = {});

  Q_SIGNALS:
    void said(const QString& text);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void place();

    QLabel* text_;
    QPushButton* undoButton_;
    std::function<void()> undo_;
    QTimer fade_;
};

}  // namespace reelquery
