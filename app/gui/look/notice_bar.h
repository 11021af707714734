#pragma once
// A line at the top of the window for what went wrong and what to do, instead of a dialog.

#include <QFrame>
#include <QTimer>
#include <functional>
#include <vector>

class QLabel;
class QPushButton;

namespace reelquery {

/// What a notice is about. A later one about the same takes the place of the earlier one.
enum class NoticeTopic { kOther, kVideo, kSaving, kUndo, kLibrary, kCrash };

/// A button of a notice; pressing it ends the notice.
struct NoticeAction {
    QString text;
    std::function<void()> act;
};

struct Notice {
    NoticeTopic topic = NoticeTopic::kOther;
    bool isError = false;
    QString message;
    QString hint;                       ///< what to do; may be empty
    std::vector<NoticeAction> actions;  ///< at most three
    bool stays = false;                 ///< until dismissed or cleared; an error always does
};

/// Shows the latest notice and how many others there are; these come back when it goes. A note
/// without a button goes by itself. Confined to the GUI thread.
class NoticeBar : public QFrame {
    Q_OBJECT

  public:
    explicit NoticeBar(QWidget* parent = nullptr);

    void show(Notice notice);
    void showError(const QString& message, const QString& hint);
    void showNote(const QString& message);

    /// Takes back what was said about this.
    void clear(NoticeTopic topic);

  Q_SIGNALS:
    /// A notice was shown that was not before.
    void said(const QString& message, const QString& hint, bool isError);

  private:
    void present();
    void dismiss();

    static constexpr std::size_t kMostActions = 3;

    std::vector<Notice> notices_;  ///< the last one is shown
    QLabel* message_;
    QLabel* hint_;
    std::vector<QPushButton*> buttons_;
    QPushButton* copy_;
    QPushButton* more_;  ///< says that there are others, and shows the next
    QTimer fade_;
};

}  // namespace reelquery
