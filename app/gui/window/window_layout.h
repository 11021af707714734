#pragma once
// Where the parts of the window stand: docks, full screen, and what of it is remembered.

#include <QByteArray>
#include <QList>
#include <QObject>

class QAction;
class QDockWidget;
class QMainWindow;
class QWidget;

namespace reelquery {

class DockTitle;
class SettingsModel;

/// Confined to the GUI thread.
class WindowLayout : public QObject {
    Q_OBJECT

  public:
    WindowLayout(QMainWindow& window, SettingsModel& settings);

    /// A dock around `content`. name: what the layout on disk calls it; never change one.
    QDockWidget* addDock(const QString& name, const QString& title, QWidget* content,
                         Qt::DockWidgetArea area);

    /// The command shows and hides the dock, and is checked while it is shown.
    static void showBy(QAction& command, const QDockWidget& dock);

    /// The head of a dock of ours.
    static DockTitle& titleOf(const QDockWidget& dock);

    /// A first start's layout, then what save() kept. Call once all docks are there.
    void restore();
    void save();

    /// Makes the window no larger than its screen, and puts it there: what was kept may be of
    /// another screen, or of this one at another scale.
    void fitToScreen();

    /// Without docks and menus; leaving brings them back as they were.
    void setFullScreen(bool isFull);

    /// Makes a dock at least this high, in pixels.
    void makeRoom(QDockWidget* dock, int height);

    /// Takes the room back in a moment, unless the user has changed it since.
    void takeRoomBack(QDockWidget* dock);

    /// The same at once.
    void endRoom(QDockWidget* dock);

  private:
    QMainWindow& window_;
    SettingsModel& settings_;
    QList<QDockWidget*> docks_;
    QByteArray layoutBeforeFullScreen_;
    int heightBefore_ = 0;  ///< of the dock that was given room; 0: none was
    int heightWanted_ = 0;  ///< what it was to get
    int heightMade_ = 0;    ///< what it then got; 0 until it is laid out
    int heightBack_ = 0;    ///< what it is about to get back
};

}  // namespace reelquery
