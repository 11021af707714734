#include "app/gui/desktop/crash_watch.h"

#include <QDir>
#include <QFile>
#include <QSysInfo>

#include "app/gui/desktop/crash_report.h"

namespace reelquery {

namespace {

constexpr qint64 kLongestReport = 16 << 10;

QString markIn(const QString& folder) {
    return QDir(folder).filePath(QStringLiteral("running.lock"));
}

/// A mark tells the boot it was made in; another one's says that the machine went down.
bool isOfThisBoot(const QString& mark) {
    QFile file(mark);
    if (!file.open(QIODevice::ReadOnly)) return false;
    const QByteArray boot = QSysInfo::bootUniqueId();
    return boot.isEmpty() || file.read(kLongestReport).contains(boot);
}

}  // namespace

CrashWatch::CrashWatch(const QString& folder)
    : reportFile_(QDir(folder).filePath(QStringLiteral("crash.txt"))), mark_(markIn(folder)) {
    mark_.setStaleLockTime(0);  // only a program that is not there any more gives it up
    const bool wasThere = QFile::exists(markIn(folder));
    const bool isOfNow = wasThere && isOfThisBoot(markIn(folder));
    isOurs_ = mark_.tryLock(0);
    if (!isOurs_) return;  // another window of the program, on another screen
    hadCrash_ = isOfNow;
    QFile left(reportFile_);
    if (hadCrash_ && left.open(QIODevice::ReadOnly))
        report_ = QString::fromUtf8(left.read(kLongestReport));
    left.remove();
    writeCrashReportsTo(reportFile_.toStdString());
}

CrashWatch::~CrashWatch() {
    if (isOurs_) writeCrashReportsTo({});
}

}  // namespace reelquery
