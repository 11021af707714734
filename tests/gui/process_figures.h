#pragma once
// What the system says about this process.

#include <dlfcn.h>
#include <malloc.h>

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <cstdio>
#include <cstdlib>

namespace reelquery {

/// Bytes of memory in use.
inline qint64 residentBytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) return 0;
    return file.readAll().split(' ').at(1).toLongLong() * 4096;
}

/// Bytes that all threads have asked for and not given back. What lies between this and
/// residentBytes() is the allocator's, for later, and the programs' own.
inline qint64 heapBytes() {
    char* text = nullptr;
    std::size_t length = 0;
    std::FILE* file = open_memstream(&text, &length);
    malloc_info(0, file);
    std::fclose(file);
    const QString all = QString::fromLatin1(text, qsizetype(length));
    std::free(text);
    const auto figure = [&all](const char* pattern) {
        auto found = QRegularExpression(QLatin1String(pattern)).globalMatch(all);
        qint64 last = 0;  // the sum over the threads comes at the end
        while (found.hasNext()) last = found.next().captured(1).toLongLong();
        return last;
    };
    return figure("<system type=\"current\" size=\"(\\d+)\"") -
           figure("<total type=\"fast\" count=\"\\d+\" size=\"(\\d+)\"") -
           figure("<total type=\"rest\" count=\"\\d+\" size=\"(\\d+)\"") +
           figure("<total type=\"mmap\" count=\"\\d+\" size=\"(\\d+)\"");
}

/// Bytes of the heap that SQLite has, above all for pages of files it has open: at most 2 MiB for
/// each, however much was read and written, and also of what was erased since.
inline qint64 databaseBytes() {
    void* library = dlopen("libsqlite3.so.0", RTLD_LAZY | RTLD_NOLOAD);
    if (!library) return 0;
    auto* used = reinterpret_cast<long long (*)()>(dlsym(library, "sqlite3_memory_used"));
    const qint64 bytes = used ? used() : 0;
    dlclose(library);
    return bytes;
}

inline int threadCount() {
    return int(QDir(QStringLiteral("/proc/self/task"))
                   .entryList(QDir::Dirs | QDir::NoDotAndDotDot)
                   .size());
}

}  // namespace reelquery
