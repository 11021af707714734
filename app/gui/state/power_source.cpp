#include "app/gui/state/power_source.h"

#include <QDir>
#include <QFile>

namespace reelquery {

namespace {

QByteArray line(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readLine(64).trimmed() : QByteArray();
}

}  // namespace

bool isOnBattery(const QString& folder) {
    bool isEmptied = false;
    for (const QString& name : QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString supply = folder + QLatin1Char('/') + name + QLatin1Char('/');
        const QByteArray type = line(supply + QLatin1String("type"));
        if ((type == "Mains" || type == "USB") && line(supply + QLatin1String("online")) == "1")
            return false;
        // A battery of scope "Device" belongs to a mouse or a headset.
        if (type == "Battery" && line(supply + QLatin1String("scope")) != "Device" &&
            line(supply + QLatin1String("status")) == "Discharging")
            isEmptied = true;
    }
    return isEmptied;
}

}  // namespace reelquery
