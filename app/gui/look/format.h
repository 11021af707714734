#pragma once
// How numbers, times and paths read in the window, in the user's locale.

#include <QString>
#include <filesystem>
#include <string>

namespace reelquery {

QString toQString(const std::string& utf8);
QString toQString(const std::filesystem::path& path);
std::filesystem::path toPath(const QString& path);

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
