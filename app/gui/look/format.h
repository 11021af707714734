#pragma once
// How numbers, times and paths read in the window, in the user's locale.

#include <QString>
#include <filesystem>
#include <string>

namespace reelquery {

QString toQString(const std::string& utf8);

/// Names of files are bytes, and any way back and forth keeps them: each that is no UTF-8 becomes a
/// character of the private range U+EF80 to U+EFFF (as does each of a name that has such a
/// character). For the eye there is pathText. Qt's own file classes do not know these characters:
/// what may name any file goes through toPath and std::filesystem.
QString toQString(const std::filesystem::path& path);
std::filesystem::path toPath(const QString& path);

/// A path of toQString, readable: what is no UTF-8 shows as "\ufffd".
QString pathText(const QString& path);
/// The same of its last part.
QString nameText(const QString& path);

/// Whether there is something at the path. Waits for the disk.
bool isThere(const QString& path);
/// The path from the root, without "." and "..".
QString absolutePath(const QString& path);

/// "1:02:03"; see formatClock.
QString clockText(double seconds);

/// A duration: "84 ms", "0.42 s", "12.3 s", "2 min 05 s".
QString secondsText(double seconds);

/// A time left, rounded to what a person cares about: "8 s", "about 2 min".
QString remainingText(double seconds);

/// "3.1 GiB".
QString bytesText(std::int64_t bytes);

/// 16384 as "16,384".
QString countText(std::int64_t count);

/// 0.342 as "34 %".
QString percentText(double share);

/// A message of the engine as a sentence: with a large first letter, unless it begins with the name
/// of a file or of an option.
QString sentenceText(const QString& message);

/// A number with the given decimals in the user's locale.
QString decimalText(double value, int decimals);

}  // namespace reelquery
