#pragma once
// Tells a video by its content, so that it is found again after it was moved or renamed.

#include <QByteArray>
#include <QString>

namespace reelquery {

/// SHA-256 over the size and 64 KiB from the start, the middle and the end: quick for any length.
/// Empty where the file cannot be read. Thread: any.
QByteArray contentHash(const QString& path);

}  // namespace reelquery
