#include "app/gui/window/dock_title.h"

#include <QAction>
#include <QDockWidget>
#include <QLabel>
#include <QToolButton>

#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"

namespace reelquery {

DockTitle::DockTitle(QDockWidget& dock) : QWidget(&dock), row_(rowLayout(this, 2)) {
    row_->setContentsMargins(14, 4, 9, 2);
    auto* title = make<QLabel>(dock.windowTitle(), this);
    title->setProperty("role", QStringLiteral("heading"));
    row_->addWidget(title);
    row_->addStretch(1);
    auto* floating = addButton(QStringLiteral("float"), tr("Detach or attach"));
    connect(floating, &QToolButton::clicked, &dock,
            [&dock] { dock.setFloating(!dock.isFloating()); });
    auto* close = addButton(QStringLiteral("close"), tr("Hide; the View menu shows it again"));
    connect(close, &QToolButton::clicked, &dock, &QDockWidget::close);
    dock.setTitleBarWidget(this);
}

void DockTitle::addControl(QWidget* control) {
    row_->insertWidget(controls_++, control);
}

void DockTitle::addAction(QAction* action) {
    auto* button = make<QToolButton>(this);
    button->setDefaultAction(action);
    button->setIconSize({16, 16});
    button->setFocusPolicy(Qt::TabFocus);
    row_->insertWidget(controls_ + 1 + actions_++, button);
}

QToolButton* DockTitle::addButton(const QString& icon, const QString& text) {
    auto* button = make<QToolButton>(this);
    button->setIcon(paletteIcon(icon));
    button->setIconSize({16, 16});
    button->setToolTip(text);
    button->setAccessibleName(text);
    button->setFocusPolicy(Qt::TabFocus);
    row_->addWidget(button);
    return button;
}

}  // namespace reelquery
