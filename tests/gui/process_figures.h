#pragma once
// What the system says about this process.

#include <QDir>
#include <QFile>

namespace reelquery {

/// Bytes of memory in use.
inline qint64 residentBytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) return 0;
    return file.readAll().split(' ').at(1).toLongLong() * 4096;
}

inline int threadCount() {
    return int(QDir(QStringLiteral("/proc/self/task"))
                   .entryList(QDir::Dirs | QDir::NoDotAndDotDot)
                   .size());
}

}  // namespace reelquery
