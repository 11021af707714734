#pragma once
// Keys as they are called on the keyboard, in the user's language.

#include <QKeySequence>
#include <QStringList>

namespace reelquery {

/// "Ctrl+Enter": what is printed on the key, where Qt says Return.
QString keyText(const QKeySequence& key);

/// Each once: both keys that are called Enter are one to people.
QStringList keyTexts(const QList<QKeySequence>& keys);

}  // namespace reelquery
