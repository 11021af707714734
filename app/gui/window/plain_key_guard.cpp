#include "app/gui/window/plain_key_guard.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>
#include <QKeySequenceEdit>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTextEdit>

namespace reelquery {

namespace {

bool isPressKey(int key) {
    return key == Qt::Key_Space || key == Qt::Key_Return || key == Qt::Key_Enter ||
           key == Qt::Key_Select;
}

bool isMoveKey(int key) {
    return (key >= Qt::Key_Home && key <= Qt::Key_PageDown) || key == Qt::Key_Space;
}

bool needs(const QWidget* focus, int key) {
    if (key == Qt::Key_Escape) return false;
    if (qobject_cast<const QLineEdit*>(focus) || qobject_cast<const QPlainTextEdit*>(focus) ||
        qobject_cast<const QAbstractSpinBox*>(focus) ||
        qobject_cast<const QKeySequenceEdit*>(focus) ||
        qobject_cast<const QAbstractItemView*>(focus) || qobject_cast<const QComboBox*>(focus)) {
        return true;
    }
    if (qobject_cast<const QAbstractButton*>(focus)) return isPressKey(key);
    if (qobject_cast<const QAbstractSlider*>(focus) || qobject_cast<const QTextEdit*>(focus))
        return isMoveKey(key);
    return false;
}

}  // namespace

bool PlainKeyGuard::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::ShortcutOverride) return QObject::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool isPlain =
        !(key->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    const bool isFunctionKey = key->key() >= Qt::Key_F1 && key->key() <= Qt::Key_F35;
    if (isPlain && !isFunctionKey && needs(QApplication::focusWidget(), key->key())) {
        event->accept();
        return true;
    }
    return QObject::eventFilter(watched, event);
}

}  // namespace reelquery
