#pragma once
// Makes a whole window take files, and says what a drop will do while they are over it.

#include <QStringList>
#include <QWidget>

class QLabel;

namespace reelquery {

/// A sheet that covers its parent during a drag; the parent's drag events pass through it. Confined
/// to the GUI thread.
class DropTarget : public QWidget {
    Q_OBJECT

  public:
    explicit DropTarget(QWidget* parent);

  Q_SIGNALS:
    /// Sent after the drop is over: the program the files come from waits for its end.
    void dropped(const QStringList& paths);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    void present(const QString& text);

    QLabel* text_;
};

}  // namespace reelquery
