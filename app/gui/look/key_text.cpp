#include "app/gui/look/key_text.h"

namespace reelquery {

QString keyText(const QKeySequence& key) {
    const QKeyCombination first = key[0];
    if (first.key() != Qt::Key_Return) return key.toString(QKeySequence::NativeText);
    return QKeySequence(QKeyCombination(first.keyboardModifiers(), Qt::Key_Enter))
        .toString(QKeySequence::NativeText);
}

QStringList keyTexts(const QList<QKeySequence>& keys) {
    QStringList texts;
    for (const QKeySequence& key : keys) texts.append(keyText(key));
    texts.removeDuplicates();
    return texts;
}

}  // namespace reelquery
