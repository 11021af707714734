#pragma once
// What the system says about this process.

#include <malloc.h>

#include <QDir>
#include <QFile>

namespace reelquery {

/// Bytes of memory in use.
inline qint64 residentBytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) return 0;
    return file.readAll().split(' ').at(1).toLongLong() * 4096;
}

/// Bytes that the program has asked for and not given back. What lies between this and
/// residentBytes() is the allocator's, and other libraries' own.
inline qint64 heapBytes() {
    const struct mallinfo2 figures = mallinfo2();
    return qint64(figures.uordblks) + qint64(figures.hblkhd);
}

inline int threadCount() {
    return int(QDir(QStringLiteral("/proc/self/task"))
                   .entryList(QDir::Dirs | QDir::NoDotAndDotDot)
                   .size());
}

}  // namespace reelquery
