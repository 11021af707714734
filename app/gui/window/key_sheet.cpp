#include "app/gui/window/key_sheet.h"

#include <QAction>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/look/key_text.h"
#include "app/gui/look/make.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

namespace {

/// A cap for each key that does the same.
QWidget* keyCaps(const QStringList& keys, QWidget* parent) {
    auto* caps = make<QWidget>(parent);
    auto* row = rowLayout(caps, 4);
    for (const QString& key : keys) {
        auto* cap = make<QLabel>(key, caps);
        cap->setProperty("role", QStringLiteral("key"));
        row->addWidget(cap);
    }
    return caps;
}

}  // namespace

KeySheet::KeySheet(const WindowActions& actions, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("keySheet"));
    setWindowTitle(tr("Keys"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* column = columnLayout(this, 0);
    area_ = make<QScrollArea>(this);
    area_->setWidgetResizable(true);
    area_->setFrameShape(QFrame::NoFrame);
    auto* page = make<QWidget>(area_);
    halves_ = rowLayout(page, 36);
    halves_->setContentsMargins(24, 20, 24, 20);
    using enum ActionGroup;
    const std::vector<std::vector<ActionGroup>> sides{{kFile, kQuestion, kRange, kView, kHelp},
                                                      {kPlayback}};
    for (const auto& groups : sides) {
        auto* grid = make<QGridLayout>();
        grid->setHorizontalSpacing(20);
        grid->setVerticalSpacing(3);
        grid->setColumnStretch(0, 1);
        int row = 0;
        const auto addLine = [&](const QString& name, const QStringList& keys) {
            grid->addWidget(make<QLabel>(name, page), row, 0);
            grid->addWidget(keyCaps(keys, page), row++, 1, Qt::AlignRight);
        };
        for (const ActionGroup group : groups) {
            auto* title =
                make<QLabel>(WindowActions::groupName(group).remove(QLatin1Char('&')), page);
            title->setProperty("role", QStringLiteral("muted"));
            title->setContentsMargins(0, row == 0 ? 0 : 10, 0, 0);
            grid->addWidget(title, row++, 0, 1, 2);
            for (const QAction* action : actions.all()) {
                const QStringList keys = keyTexts(action->shortcuts());
                if (actions.group(*action) != group || keys.isEmpty()) continue;
                addLine(action->text().remove(QLatin1Char('&')).remove(QChar(0x2026)), keys);
            }
            if (group == kQuestion) {
                addLine(tr("Ask"), {keyText(Qt::Key_Return)});
                addLine(tr("New line"), {keyText(Qt::SHIFT | Qt::Key_Return)});
            }
            if (group == kPlayback) addLine(tr("To 0 % … 90 %"), {QStringLiteral("0 – 9")});
        }
        grid->setRowStretch(row, 1);
        halves_->addLayout(grid, 1);
    }
    area_->setWidget(page);
    column->addWidget(area_);
    besideWidth_ = page->minimumSizeHint().width() + area_->verticalScrollBar()->sizeHint().width();
    resize(std::max(890, besideWidth_), 740);
}

void KeySheet::resizeEvent(QResizeEvent* event) {
    QDialog::resizeEvent(event);
    halves_->setDirection(width() < besideWidth_ ? QBoxLayout::TopToBottom
                                                 : QBoxLayout::LeftToRight);
}

}  // namespace reelquery
