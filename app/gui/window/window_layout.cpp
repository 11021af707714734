#include "app/gui/window/window_layout.h"

#include <QDockWidget>
#include <QMainWindow>
#include <QMenuBar>
#include <QScreen>
#include <algorithm>

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

DockTitle& WindowLayout::titleOf(const QDockWidget& dock) {
    return *static_cast<DockTitle*>(dock.titleBarWidget());
}

QList<QAction*> WindowLayout::toggles() const {
    QList<QAction*> actions;
    for (const QDockWidget* dock : docks_) actions.append(dock->toggleViewAction());
    return actions;
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
    if (dock->height() >= height) return;
    heightBefore_ = dock->height();
    window_.resizeDocks({dock}, {height}, Qt::Vertical);
    heightMade_ = dock->height();
}

void WindowLayout::takeRoomBack(QDockWidget* dock) {
    if (heightBefore_ > 0 && dock->height() == heightMade_)
        window_.resizeDocks({dock}, {heightBefore_}, Qt::Vertical);
    heightBefore_ = 0;
}

}  // namespace reelquery
