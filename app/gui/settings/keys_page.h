#pragma once
// The keys of every command, to be changed.

#include <QWidget>

class QAction;
class QKeySequence;
class QPushButton;
class QTableWidget;

namespace reelquery {

class ToldLabel;
class WindowActions;

/// Confined to the GUI thread.
class KeysPage : public QWidget {
    Q_OBJECT

  public:
    explicit KeysPage(WindowActions& actions, QWidget* parent = nullptr);

  private:
    void fill();
    void makeQuestion();
    /// Gives the key to the command, or asks where another one has it.
    void offer(QAction& action, const QKeySequence& key);
    void give(QAction& action, const QKeySequence& key);
    void say(const QString& text, QAction* action = nullptr, const QKeySequence* key = nullptr);

    WindowActions& actions_;
    QTableWidget* table_;
    QWidget* question_;
    ToldLabel* text_;
    QPushButton* takeIt_;
    QPushButton* leaveIt_;
    QMetaObject::Connection taking_;
};

}  // namespace reelquery
