#include "app/gui/settings/keys_page.h"

#include <QAction>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>

#include "app/gui/look/make.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

KeysPage::KeysPage(WindowActions& actions, QWidget* parent) : QWidget(parent), actions_(actions) {
    auto* column = columnLayout(this, 10);
    column->setContentsMargins(20, 18, 20, 18);
    auto* title = make<QLabel>(tr("Keys"), this);
    title->setProperty("role", QStringLiteral("title"));
    column->addWidget(title);
    table_ = make<QTableWidget>(0, 2, this);
    table_->setObjectName(QStringLiteral("keyTable"));
    table_->setAccessibleName(tr("Keys of the commands"));
    table_->setHorizontalHeaderLabels({tr("Command"), tr("Key")});
    table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    table_->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->setShowGrid(false);
    table_->verticalHeader()->hide();
    table_->setTabKeyNavigation(false);
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    column->addWidget(table_, 1);
    auto* reset = make<QPushButton>(tr("Restore the usual keys"), this);
    column->addWidget(reset, 0, Qt::AlignLeft);
    connect(reset, &QPushButton::clicked, &actions_, &WindowActions::resetKeys);
    connect(&actions_, &WindowActions::keysChanged, this, &KeysPage::fill);

    table_->setRowCount(int(actions.all().size()));
    for (int row = 0; row < table_->rowCount(); ++row) {
        QAction* action = actions.all()[std::size_t(row)];
        auto* name = make<QLabel>(action->text().remove(QLatin1Char('&')), table_);
        name->setContentsMargins(10, 0, 4, 0);
        table_->setCellWidget(row, 0, name);
        auto* edit = make<QKeySequenceEdit>(table_);
        edit->setAccessibleName(tr("Key for %1").arg(name->text()));
        table_->setCellWidget(row, 1, edit);
        connect(edit, &QKeySequenceEdit::editingFinished, this, [this, edit, action] {
            QList<QKeySequence> keys = action->shortcuts();
            if (edit->keySequence() == action->shortcut()) return;
            if (!keys.isEmpty()) keys.removeFirst();
            keys.removeAll(edit->keySequence());
            if (!edit->keySequence().isEmpty()) keys.prepend(edit->keySequence());
            actions_.setKeys(*action, keys);
        });
    }
    fill();
}

void KeysPage::fill() {
    for (int row = 0; row < table_->rowCount(); ++row) {
        auto* edit = static_cast<QKeySequenceEdit*>(table_->cellWidget(row, 1));
        const QSignalBlocker quiet(edit);
        edit->setKeySequence(actions_.all()[std::size_t(row)]->shortcut());
    }
}

}  // namespace reelquery
