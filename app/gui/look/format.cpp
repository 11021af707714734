#include "app/gui/look/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <system_error>

#include "app/gui/look/window_words.h"
#include "core/base/file_exists.h"
#include "core/base/media_time.h"

namespace reelquery {

namespace {

/// Bytes that are no UTF-8 are kept from here on: 0x80 first.
constexpr char16_t kFirstKeptByte = 0xef80;

bool isKeptByte(QChar character) {
    return (character.unicode() & 0xff80) == kFirstKeptByte;
}

/// Bytes of the character of UTF-8 that begins there; 0 where none does. As Unicode's table 3-7:
/// no longer forms, no surrogates, nothing above U+10FFFF.
std::size_t characterLength(const std::string& bytes, std::size_t at) {
    const auto byte = [&](std::size_t offset) -> unsigned {
        return at + offset < bytes.size() ? static_cast<unsigned char>(bytes[at + offset]) : 0;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const unsigned least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const unsigned most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (byte(1) < least || byte(1) > most) return 0;
    for (std::size_t offset = 2; offset < length; ++offset) {
        if (byte(offset) < 0x80 || byte(offset) > 0xbf) return 0;
    }
    return length;
}

QString translated(const char* text) {
    return QCoreApplication::translate("Format", text);
}

}  // namespace

QString toQString(const std::string& utf8) {
    return QString::fromStdString(utf8);
}

QString toQString(const std::filesystem::path& path) {
    const std::string& bytes = path.native();
    QString text;
    text.reserve(qsizetype(bytes.size()));
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = characterLength(bytes, at);
        const QString character =
            length > 0 ? QString::fromUtf8(bytes.data() + at, qsizetype(length)) : QString();
        if (length > 0 && !isKeptByte(character.at(0))) {
            text += character;
            at += length;
        } else {
            text += QChar(kFirstKeptByte + (static_cast<unsigned char>(bytes[at++]) & 0x7f));
        }
    }
    return text;
}

std::filesystem::path toPath(const QString& path) {
    std::string bytes;
    qsizetype begin = 0;
    for (qsizetype at = 0; at <= path.size(); ++at) {
        const bool isEnd = at == path.size();
        if (!isEnd && !isKeptByte(path.at(at))) continue;
        bytes += path.mid(begin, at - begin).toStdString();
        if (!isEnd) bytes += static_cast<char>(0x80 | (path.at(at).unicode() & 0x7f));
        begin = at + 1;
    }
    return bytes;
}

QString pathText(const QString& path) {
    QString text = path;
    for (QChar& character : text) {
        if (isKeptByte(character)) character = QChar::ReplacementCharacter;
    }
    return text;
}

QString nameText(const QString& path) {
    return pathText(path.section(QLatin1Char('/'), -1));
}

bool isThere(const QString& path) {
    return fileExists(toPath(path));
}

QString absolutePath(const QString& path) {
    std::error_code unknown;
    const auto absolute = std::filesystem::absolute(toPath(path), unknown);
    return unknown ? path : toQString(absolute.lexically_normal());
}

QString clockText(double seconds) {
    return toQString(formatClock(seconds));
}

QString sentenceText(const QString& engineWords) {
    const QString message = windowWords(engineWords);
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
