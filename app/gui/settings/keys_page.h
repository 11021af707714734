#pragma once
// The keys of every command, to be changed.

#include <QWidget>

class QTableWidget;

namespace reelquery {

class WindowActions;

/// Confined to the GUI thread.
class KeysPage : public QWidget {
    Q_OBJECT

  public:
    explicit KeysPage(WindowActions& actions, QWidget* parent = nullptr);

  private:
    void fill();

    WindowActions& actions_;
    QTableWidget* table_;
};

}  // namespace reelquery
