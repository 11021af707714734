#pragma once
// The head of a dock: its title, its own controls, and the buttons to float and to close it.

#include <QWidget>

class QAction;
class QDockWidget;
class QHBoxLayout;
class QToolButton;

namespace reelquery {

/// Becomes the dock's title bar; the dock is dragged by it. Confined to the GUI thread.
class DockTitle : public QWidget {
    Q_OBJECT

  public:
    explicit DockTitle(QDockWidget& dock);

    /// Puts a control behind the title.
    void addControl(QWidget* control);

    /// Puts a button for a command before those of the dock.
    void addAction(QAction* action);

  private:
    QToolButton* addButton(const QString& icon, const QString& text);

    QHBoxLayout* row_;
    int controls_ = 1;  ///< the title and what stands behind it
    int actions_ = 0;
};

}  // namespace reelquery
