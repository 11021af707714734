#include "app/gui/window/plain_key_guard.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QKeyEvent>
#include <QKeySequenceEdit>
#include <QLineEdit>
#include <QMainWindow>
#include <QPlainTextEdit>
#include <QTextEdit>

#include "app/gui/conversation/question_box.h"
#include "app/gui/player/player_view.h"

namespace reelquery {

namespace {

bool isPressKey(int key) {
    return key == Qt::Key_Space || key == Qt::Key_Return || key == Qt::Key_Enter ||
           key == Qt::Key_Select;
}

bool isMoveKey(int key) {
    return (key >= Qt::Key_Home && key <= Qt::Key_PageDown) || key == Qt::Key_Space;
}

bool isInPlayer(const QWidget* widget) {
    for (; widget; widget = widget->parentWidget()) {
        if (qobject_cast<const PlayerView*>(widget)) return true;
    }
    return false;
}

bool needs(const QWidget* focus, int key) {
    if (key == Qt::Key_Escape) return false;
    const bool isList = qobject_cast<const QAbstractItemView*>(focus);
    if (isList && isInPlayer(focus)) return isMoveKey(key) || isPressKey(key);
    if (isList || qobject_cast<const QLineEdit*>(focus) ||
        qobject_cast<const QPlainTextEdit*>(focus) ||
        qobject_cast<const QAbstractSpinBox*>(focus) ||
        qobject_cast<const QKeySequenceEdit*>(focus) || qobject_cast<const QComboBox*>(focus)) {
        return true;
    }
    if (qobject_cast<const QAbstractButton*>(focus)) return isPressKey(key);
    if (qobject_cast<const QAbstractSlider*>(focus) || qobject_cast<const QTextEdit*>(focus))
        return isMoveKey(key);
    return false;
}

/// The box that a letter goes to while this has the focus; null where it goes nowhere else.
QuestionBox* boxFor(const QWidget* focus, const QKeyEvent& key) {
    const QString text = key.text();
    if (text.isEmpty() || !text.front().isPrint() || text.front().isSpace()) return nullptr;
    const QWidget* window = focus ? focus->window() : QApplication::activeWindow();
    // A pane that floats is a window of its own.
    if (qobject_cast<const QDockWidget*>(window)) window = window->parentWidget();
    if (!qobject_cast<const QMainWindow*>(window) || isInPlayer(focus) || needs(focus, key.key()))
        return nullptr;
    auto* box = window->findChild<QuestionBox*>();
    // Words that nobody sees being written are no question.
    return box && box->isVisible() && box->isEnabled() ? box : nullptr;
}

}  // namespace

bool PlainKeyGuard::eventFilter(QObject* watched, QEvent* event) {
    const bool isKey =
        event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress;
    if (!isKey || !watched->isWidgetType()) return QObject::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    const QWidget* focus = QApplication::focusWidget();
    const bool isPlain =
        !(key->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    const bool isFunctionKey = key->key() >= Qt::Key_F1 && key->key() <= Qt::Key_F35;
    const bool hasPopup = QApplication::activePopupWidget();
    if (!isPlain || isFunctionKey) return QObject::eventFilter(watched, event);
    QuestionBox* box =
        hasPopup || QApplication::activeModalWidget() ? nullptr : boxFor(focus, *key);
    if (event->type() == QEvent::KeyPress) {
        // The box's own keys pass, also while the window is not the active one and it has no focus.
        if (!box || watched == box) return QObject::eventFilter(watched, event);
        box->setFocus();
        QCoreApplication::sendEvent(box, event);
        return true;
    }
    // An open list takes Enter in this very event.
    if (hasPopup && isPressKey(key->key())) return QObject::eventFilter(watched, event);
    if (box || needs(focus, key->key())) {
        event->accept();
        return true;
    }
    return QObject::eventFilter(watched, event);
}

}  // namespace reelquery
