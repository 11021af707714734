#include "app/gui/settings/key_edit.h"

#include <QKeyEvent>
#include <QKeySequence>

#include "app/gui/look/key_text.h"

namespace reelquery {

namespace {

bool isModifier(int key) {
    return key == Qt::Key_Control || key == Qt::Key_Shift || key == Qt::Key_Alt ||
           key == Qt::Key_Meta || key == Qt::Key_AltGr || key == Qt::Key_unknown || key == 0;
}

}  // namespace

KeyEdit::KeyEdit(QWidget* parent) : QLineEdit(parent) {
    setReadOnly(true);
    setContextMenuPolicy(Qt::NoContextMenu);
}

void KeyEdit::setKeys(const QList<QKeySequence>& keys) {
    keys_ = keys;
    showKeys();
}

void KeyEdit::showKeys() {
    setText(keyTexts(keys_).join(QStringLiteral("; ")));
}

void KeyEdit::focusInEvent(QFocusEvent* event) {
    QLineEdit::focusInEvent(event);
    if (event->reason() != Qt::ActiveWindowFocusReason) setText(tr("Press a key…"));
}

void KeyEdit::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    showKeys();
}

bool KeyEdit::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept();  // the key is meant for this field, whatever it does elsewhere
        return true;
    }
    if (event->type() != QEvent::KeyPress) return QLineEdit::event(event);
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool isWayOut = key->key() == Qt::Key_Tab || key->key() == Qt::Key_Backtab;
    if (isWayOut) return QLineEdit::event(event);
    event->accept();
    if (!isModifier(key->key())) take(key->key(), key->modifiers() & ~Qt::KeypadModifier);
    return true;
}

void KeyEdit::take(int key, Qt::KeyboardModifiers modifiers) {
    showKeys();
    const bool isPlain = modifiers == Qt::NoModifier;
    if (isPlain && key == Qt::Key_Escape) {
        clearFocus();
        return;
    }
    const bool isNone = isPlain && (key == Qt::Key_Delete || key == Qt::Key_Backspace);
    Q_EMIT keyOffered(isNone ? QKeySequence()
                             : QKeySequence(QKeyCombination(modifiers, Qt::Key(key))));
    clearFocus();
}

}  // namespace reelquery
