#include "app/gui/settings/keys_page.h"

#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include "app/gui/desktop/told_label.h"
#include "app/gui/look/key_text.h"
#include "app/gui/look/make.h"
#include "app/gui/settings/key_edit.h"
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
    makeQuestion();
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
        auto* edit = make<KeyEdit>(table_);
        edit->setObjectName(QStringLiteral("keyEdit-%1").arg(action->objectName()));
        edit->setAccessibleName(tr("Key for %1").arg(name->text()));
        table_->setCellWidget(row, 1, edit);
        connect(edit, &KeyEdit::keyOffered, this,
                [this, action](const QKeySequence& key) { offer(*action, key); });
    }
    fill();
}

void KeysPage::makeQuestion() {
    question_ = make<QWidget>(this);
    question_->setObjectName(QStringLiteral("keyQuestion"));
    auto* row = rowLayout(question_, 8);
    text_ = make<ToldLabel>(question_);
    text_->setObjectName(QStringLiteral("keyQuestionText"));
    text_->setWordWrap(true);
    takeIt_ = make<QPushButton>(tr("Take it"), question_);
    takeIt_->setObjectName(QStringLiteral("takeKeyButton"));
    leaveIt_ = make<QPushButton>(tr("Leave it"), question_);
    row->addWidget(text_, 1);
    row->addWidget(takeIt_);
    row->addWidget(leaveIt_);
    connect(leaveIt_, &QPushButton::clicked, question_, &QWidget::hide);
    static_cast<QVBoxLayout*>(layout())->addWidget(question_);
    question_->hide();
}

void KeysPage::say(const QString& text, QAction* action, const QKeySequence* key) {
    disconnect(taking_);
    text_->tell(text);
    takeIt_->setVisible(action != nullptr);
    leaveIt_->setVisible(action != nullptr);
    if (action) {
        taking_ = connect(takeIt_, &QPushButton::clicked, this, [this, action, key = *key] {
            question_->hide();
            give(*action, key);
        });
    }
    question_->show();
}

void KeysPage::offer(QAction& action, const QKeySequence& key) {
    question_->hide();
    if (action.shortcuts().contains(key)) return;
    const QAction* stop = actions_.at(ActionId::kStop);
    if (key.isEmpty() && &action == stop)
        return say(tr("“Stop” keeps its key: an answer must always be able to be stopped."));
    if (key.isEmpty()) return give(action, key);
    const QKeyCombination pressed = key[0];
    if (pressed.keyboardModifiers() == Qt::NoModifier && pressed.key() >= Qt::Key_0 &&
        pressed.key() <= Qt::Key_9)
        return say(tr("The digits jump to tenths of the video."));
    const QString keyName = keyText(key);
    for (const QAction* other : actions_.all()) {
        if (other == &action || !other->shortcuts().contains(key)) continue;
        const QString name = other->text().remove(QLatin1Char('&')).remove(QChar(0x2026));
        if (other == stop && stop->shortcuts().size() == 1)
            return say(tr("%1 is the only key of “%2”, which must have one.").arg(keyName, name));
        return say(tr("%1 is a key of “%2”, which would lose it.").arg(keyName, name), &action,
                   &key);
    }
    give(action, key);
}

void KeysPage::give(QAction& action, const QKeySequence& key) {
    QList<QKeySequence> keys = action.shortcuts();
    if (!keys.isEmpty()) keys.removeFirst();
    if (!key.isEmpty()) keys.prepend(key);
    actions_.setKeys(action, keys);
}

void KeysPage::fill() {
    for (int row = 0; row < table_->rowCount(); ++row) {
        auto* edit = static_cast<KeyEdit*>(table_->cellWidget(row, 1));
        edit->setKeys(actions_.all()[std::size_t(row)]->shortcuts());
    }
}

}  // namespace reelquery
