#include "app/gui/library/content_hash.h"

#include <QCryptographicHash>
#include <QFile>
#include <algorithm>

namespace reelquery {

QByteArray contentHash(const QString& path) {
    constexpr qint64 kPiece = 64 * 1024;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    QCryptographicHash hash(QCryptographicHash::Sha256);
    const qint64 size = file.size();
    hash.addData(QByteArray::number(size));
    for (const qint64 at : {qint64(0), size / 2, std::max<qint64>(0, size - kPiece)}) {
        if (!file.seek(at)) return {};
        hash.addData(file.read(kPiece));
    }
    return hash.result();
}

}  // namespace reelquery
