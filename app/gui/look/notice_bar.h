#pragma once
// A line at the top of the window for what went wrong and what to do, instead of a dialog.

#include <QFrame>
#include <QTimer>
#include <functional>

class QLabel;
class QPushButton;

namespace reelquery {

/// Shows one notice at a time. An error stays until it is dismissed, a note goes by itself.
/// Confined to the GUI thread.
class NoticeBar : public QFrame {
    Q_OBJECT

  public:
    explicit NoticeBar(QWidget* parent = nullptr);

    /// hint: what to do; may be empty. With a button when `action` is given.
    void showError(const QString& message, const QString& hint, const QString& buttonText = {},
                   std::function<void()> action = {});
    void showNote(const QString& message, const QString& buttonText = {},
                  std::function<void()> action = {});

  private:
    void present(bool isError, const QString& message, const QString& hint,
                 const QString& buttonText, std::function<void()> action);

    QLabel* message_;
    QLabel* hint_;
    QPushButton* button_;
    QPushButton* copy_;
    std::function<void()> action_;
    QTimer fade_;
};

}  // namespace reelquery
