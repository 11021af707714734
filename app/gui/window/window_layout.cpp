#include "app/gui/window/window_layout.h"

#include <QAction>
#include <QCoreApplication>
#include <QDockWidget>
#include <QEvent>
#include <QMainWindow>
#include <QMenuBar>
#include <QScreen>
#include <QTimer>
#include <algorithm>
#include <utility>

#include "app/gui/look/make.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/window/dock_title.h"

namespace reelquery {

namespace {

constexpr int kLayoutVersion = 1;
constexpr QSize kFrame(16,
                       40);  // about what a frame and a title take, not known before it is shown
const auto kGeometryKey = QStringLiteral("window/geometry");
const auto kLayoutKey = QStringLiteral("window/layout");

}  // namespace

WindowLayout::WindowLayout(QMainWindow& window, SettingsModel& settings)
    : QObject(&window), window_(window), settings_(settings) {
    window.setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowNestedDocks |
                          QMainWindow::AllowTabbedDocks);
    window.setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    window.setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
}

QDockWidget* WindowLayout::addDock(const QString& name, const QString& title, QWidget* content,
                                   Qt::DockWidgetArea area) {
    auto* dock = make<QDockWidget>(title, &window_);
    dock->setObjectName(name);
    dock->setWidget(content);
    make<DockTitle>(*dock);
    window_.addDockWidget(area, dock);
    docks_.append(dock);
    return dock;
}

void WindowLayout::showBy(QAction& command, const QDockWidget& dock) {
    QAction* toggle = dock.toggleViewAction();
    command.setChecked(toggle->isChecked());
    connect(&command, &QAction::triggered, toggle, &QAction::trigger);
    connect(toggle, &QAction::toggled, &command, &QAction::setChecked);
}

DockTitle& WindowLayout::titleOf(const QDockWidget& dock) {
    return *static_cast<DockTitle*>(dock.titleBarWidget());
}

void WindowLayout::restore() {
    window_.restoreGeometry(settings_.value(kGeometryKey).toByteArray());
    window_.restoreState(settings_.value(kLayoutKey).toByteArray(), kLayoutVersion);
}

void WindowLayout::fitToScreen() {
    if (window_.isMaximized() || window_.isFullScreen()) return;
    const QRect room = window_.screen()->availableGeometry();
    window_.resize(window_.size().boundedTo(room.size() - kFrame));
    const QPoint last = room.bottomRight() - QPoint(window_.width() + kFrame.width() - 1,
                                                    window_.height() + kFrame.height() - 1);
    window_.move(std::clamp(window_.x(), room.left(), std::max(room.left(), last.x())),
                 std::clamp(window_.y(), room.top(), std::max(room.top(), last.y())));
}

void WindowLayout::save() {
    settings_.setValue(kGeometryKey, window_.saveGeometry());
    settings_.setValue(kLayoutKey, window_.saveState(kLayoutVersion));
}

void WindowLayout::setFullScreen(bool isFull) {
    if (isFull) {
        layoutBeforeFullScreen_ = window_.saveState(kLayoutVersion);
        for (QDockWidget* dock : docks_) dock->hide();
        window_.menuBar()->hide();
        window_.setWindowState(window_.windowState() | Qt::WindowFullScreen);
    } else {
        window_.setWindowState(window_.windowState() & ~Qt::WindowFullScreen);
        window_.menuBar()->show();
        window_.restoreState(layoutBeforeFullScreen_, kLayoutVersion);
    }
}

void WindowLayout::makeRoom(QDockWidget* dock, int height) {
    if (heightBack_ > 0) {
        // It was about to be taken back.
        heightBefore_ = std::exchange(heightBack_, 0);
        return;
    }
    if (heightBefore_ > 0 || dock->height() >= height) return;
    heightBefore_ = dock->height();
    heightWanted_ = height;
    heightMade_ = 0;
    window_.resizeDocks({dock}, {height}, Qt::Vertical);
    // Qt lays it out later.
    QTimer::singleShot(0, dock, [this, dock] { heightMade_ = dock->height(); });
}

void WindowLayout::takeRoomBack(QDockWidget* dock) {
    const bool isAsMade =
        heightMade_ == 0 || dock->height() == heightMade_ || dock->height() == heightWanted_;
    const int before = std::exchange(heightBefore_, 0);
    if (before == 0 || !isAsMade) return;
    heightBack_ = before;
    // What needed the room may have to be laid out anew before the dock can be smaller.
    QTimer::singleShot(0, dock, [this, dock] {
        if (heightBack_ > 0) endRoom(dock);
    });
}

void WindowLayout::endRoom(QDockWidget* dock) {
    takeRoomBack(dock);
    if (const int back = std::exchange(heightBack_, 0); back > 0) {
        QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
        window_.resizeDocks({dock}, {back}, Qt::Vertical);
    }
}

}  // namespace reelquery
