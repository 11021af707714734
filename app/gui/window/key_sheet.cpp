#include "app/gui/window/key_sheet.h"

#include <QAction>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include "app/gui/look/make.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

namespace {

QString keysText(const QAction& action) {
    QStringList texts;
    for (const QKeySequence& key : action.shortcuts())
        texts.append(key.toString(QKeySequence::NativeText));
    return texts.join(QStringLiteral("   "));
}

}  // namespace

KeySheet::KeySheet(const WindowActions& actions, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("keySheet"));
    setWindowTitle(tr("Keys"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(820, 640);
    auto* column = columnLayout(this, 0);
    auto* area = make<QScrollArea>(this);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    auto* page = make<QWidget>(area);
    auto* halves = rowLayout(page, 36);
    halves->setContentsMargins(24, 20, 24, 20);
    using enum ActionGroup;
    const std::vector<std::vector<ActionGroup>> sides{{kFile, kQuestion, kRange, kView, kHelp},
                                                      {kPlayback}};
    for (const auto& groups : sides) {
        auto* grid = make<QGridLayout>();
        grid->setHorizontalSpacing(20);
        grid->setVerticalSpacing(5);
        grid->setColumnStretch(0, 1);
        int row = 0;
        const auto addLine = [&](const QString& name, const QString& keys) {
            grid->addWidget(make<QLabel>(name, page), row, 0);
            auto* label = make<QLabel>(keys, page);
            label->setProperty("role", QStringLiteral("heading"));
            grid->addWidget(label, row++, 1, Qt::AlignRight);
        };
        for (const ActionGroup group : groups) {
            auto* title = make<QLabel>(WindowActions::groupName(group), page);
            title->setProperty("role", QStringLiteral("muted"));
            title->setContentsMargins(0, row == 0 ? 0 : 10, 0, 0);
            grid->addWidget(title, row++, 0, 1, 2);
            for (const QAction* action : actions.all()) {
                const QString keys = keysText(*action);
                if (actions.group(*action) != group || keys.isEmpty()) continue;
                addLine(action->text().remove(QLatin1Char('&')).remove(QChar(0x2026)), keys);
            }
            if (group == kQuestion) {
                addLine(tr("Ask"), tr("Enter"));
                addLine(tr("New line"), tr("Shift+Enter"));
            }
            if (group == kPlayback) addLine(tr("To 0 % … 90 %"), QStringLiteral("0 – 9"));
        }
        grid->setRowStretch(row, 1);
        halves->addLayout(grid, 1);
    }
    area->setWidget(page);
    column->addWidget(area);
}

}  // namespace reelquery
