#include "app/gui/look/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "core/base/media_time.h"

namespace reelquery {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("Format", text);
}

}  // namespace

QString toQString(const std::string& utf8) {
    return QString::fromStdString(utf8);
}

QString toQString(const std::filesystem::path& path) {
    return QString::fromStdString(path.string());
}

std::filesystem::path toPath(const QString& path) {
    return path.toStdString();
}

QString clockText(double seconds) {
    return toQString(formatClock(seconds));
}

QString sentenceText(const QString& message) {
    const QString first = message.section(QLatin1Char(' '), 0, 0);
    const auto belongsToAName = [](QChar letter) {
        return letter.isDigit() || letter.isUpper() || QStringLiteral("./_-").contains(letter);
    };
    if (std::any_of(first.begin(), first.end(), belongsToAName)) return message;
    return message.left(1).toUpper() + message.mid(1);
}

QString decimalText(double value, int decimals) {
    return QLocale().toString(value, 'f', decimals);
}

QString secondsText(double seconds) {
    if (seconds < 0.1) {
        return translated(QT_TRANSLATE_NOOP("Format", "%1 ms")).arg(std::lround(seconds * 1000));
    }
    if (seconds < 120) {
        const QString number = decimalText(seconds, seconds < 10 ? 2 : 1);
        return translated(QT_TRANSLATE_NOOP("Format", "%1 s")).arg(number);
    }
    const auto whole = std::llround(seconds);
    return translated(QT_TRANSLATE_NOOP("Format", "%1 min %2 s"))
        .arg(whole / 60)
        .arg(whole % 60, 2, 10, QLatin1Char('0'));
}

QString remainingText(double seconds) {
    const auto whole = std::max<long long>(1, std::llround(seconds));
    if (whole < 60) return translated(QT_TRANSLATE_NOOP("Format", "%1 s")).arg(whole);
    return translated(QT_TRANSLATE_NOOP("Format", "%1 min")).arg((whole + 30) / 60);
}

QString bytesText(std::int64_t bytes) {
    return QLocale().formattedDataSize(bytes, 1);
}

QString countText(std::int64_t count) {
    return QLocale().toString(qlonglong(count));
}

QString percentText(double share) {
    return translated(QT_TRANSLATE_NOOP("Format", "%1 %")).arg(std::lround(share * 100));
}

}  // namespace reelquery
