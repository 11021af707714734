#include "vision/video/subtitle_encoding.h"

#include <uchardet/uchardet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "vision/video/charset_converter.h"

namespace reelquery {

namespace {

/// uchardet needs some hundred bytes to be sure, and no more than this.
constexpr std::size_t kLeastSample = 512;
constexpr std::size_t kLargestSample = 64 << 10;

bool isHigh(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}

/// Bytes of the UTF-8 character at the start of `bytes`, which is not empty; 0 where there is none.
std::size_t characterLength(std::string_view bytes) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    if (byte(0) < 0x80) return 1;
    const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || bytes.size() < length) return 0;
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xC0) != 0x80) return 0;
    }
    const bool overlong =
        (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90);
    const bool isSurrogate = byte(0) == 0xED && byte(1) >= 0xA0;
    const bool isTooLarge = byte(0) == 0xF4 && byte(1) >= 0x90;
    return overlong || isSurrogate || isTooLarge ? 0 : length;
}

/// How a line looks as UTF-8.
struct Utf8Look {
    int characters = 0;    ///< of two bytes and more
    int longOnes = 0;      ///< of three bytes and more
    int strangeBytes = 0;  ///< that belong to no character
};

Utf8Look lookOf(std::string_view line) {
    Utf8Look look;
    while (!line.empty()) {
        const std::size_t length = characterLength(line);
        look.characters += length > 1;
        look.longOnes += length > 2;
        look.strangeBytes += length == 0;
        line.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return look;
}

std::string withoutStrangeBytes(std::string_view line) {
    std::string text;
    while (!line.empty()) {
        const std::size_t length = characterLength(line);
        text += length == 0 ? kUnknownCharacter : line.substr(0, length);
        line.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

/// UTF-16 or UTF-32 by its mark, else by how the arrow of a time line lies in it.
const char* wideEncoding(std::string_view bytes) {
    using namespace std::string_view_literals;

    struct Sign {
        std::string_view mark, arrow;
        const char* name;
    };

    // UTF-32 first: its little-endian mark begins like that of UTF-16.
    constexpr std::array kSigns = {Sign{"\xff\xfe\0\0"sv, "-\0\0\0-\0\0\0>\0\0\0"sv, "UTF-32LE"},
                                   Sign{"\0\0\xfe\xff"sv, "\0\0\0-\0\0\0-\0\0\0>"sv, "UTF-32BE"},
                                   Sign{"\xff\xfe"sv, "-\0-\0>\0"sv, "UTF-16LE"},
                                   Sign{"\xfe\xff"sv, "\0-\0-\0>"sv, "UTF-16BE"}};
    for (const Sign& sign : kSigns) {
        if (bytes.starts_with(sign.mark)) return sign.name;
    }
    for (const Sign& sign : kSigns) {
        // The other byte order's arrow shows too, one byte off.
        const std::size_t unit = sign.arrow.size() / 3;
        const std::size_t at = bytes.find(sign.arrow);
        if (at != bytes.npos && at % unit == 0) return sign.name;
    }
    return nullptr;
}

std::vector<std::string_view> rawLinesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    while (true) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == text.npos) return lines;
        text.remove_prefix(end + 1);
    }
}

/// The lines that need a guess, enough of them. Short texts are repeated: uchardet counts, and the
/// same few characters a hundred times tell it what one time does not.
std::string sampleOf(const std::vector<std::string_view>& strangeLines) {
    std::string sample;
    do {
        for (const std::string_view line : strangeLines) {
            if (sample.size() > kLargestSample) break;
            sample += line;
            sample += '\n';
        }
    } while (sample.size() < kLeastSample);
    return sample;
}

std::string guessOfLibrary(const std::string& sample) {
    const std::unique_ptr<uchardet, decltype(&uchardet_delete)> detector(uchardet_new(),
                                                                         uchardet_delete);
    uchardet_handle_data(detector.get(), sample.data(), sample.size());
    uchardet_data_end(detector.get());
    return uchardet_get_charset(detector.get());
}

/// Whether the text lives in a script of its own: its high bytes stand beside each other, while
/// those of Latin letters stand alone among ASCII ones.
bool hasRunsOfHighBytes(std::string_view sample) {
    int alone = 0, inRuns = 0;
    for (std::size_t at = 0; at < sample.size(); ++at) {
        if (!isHigh(sample[at])) continue;
        const bool hasNeighbour = (at > 0 && isHigh(sample[at - 1])) ||
                                  (at + 1 < sample.size() && isHigh(sample[at + 1]));
        ++(hasNeighbour ? inRuns : alone);
    }
    return inRuns > alone;
}

/// How many different bytes from `first` on a text has. In Windows' code pages punctuation lies
/// below 0xC0 and letters above.
int differentBytes(std::string_view sample, int first) {
    std::array<bool, 256> seen{};
    for (const char c : sample) seen[static_cast<unsigned char>(c)] = true;
    return static_cast<int>(std::count(seen.begin() + first, seen.end(), true));
}

/// Whether nearly all pairs of bytes are among Korean's 2,350 common syllables. uchardet gives up
/// on EUC-KR at the first syllable beyond those, which every film has, and then says Chinese; of
/// Chinese about half lies there. A few pairs prove nothing.
bool looksKorean(std::string_view sample) {
    constexpr std::size_t kFewPairs = 8;
    std::set<std::string_view> common, all;
    for (std::size_t at = 0; at + 1 < sample.size(); ++at) {
        if (!isHigh(sample[at])) continue;
        const std::string_view pair = sample.substr(at++, 2);
        const auto lead = static_cast<unsigned char>(pair[0]);
        if (lead == 0xA1 || lead == 0xA3) continue;  // punctuation in either language
        all.insert(pair);
        if (lead >= 0xB0 && lead <= 0xC8 && isHigh(pair[1])) common.insert(pair);
    }
    return all.size() >= kFewPairs && common.size() * 10 >= all.size() * 9;
}

/// uchardet's name, or the one that is meant in subtitles: Windows' code pages hold all letters of
/// their ISO twins, and quotes and dashes besides.
std::string meantBy(const std::string& guess, std::string_view sample) {
    struct Twin {
        std::string_view guess, windows;
    };

    constexpr std::array kTwins = {Twin{"ISO-8859-2", "CP1250"}, Twin{"ISO-8859-7", "CP1253"},
                                   Twin{"ISO-8859-8", "CP1255"}, Twin{"ISO-8859-13", "CP1257"},
                                   Twin{"ISO-8859-6", "CP1256"}, Twin{"ISO-8859-11", "CP874"}};
    const bool hasWindowsBytes = std::any_of(sample.begin(), sample.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x80 && byte < 0xA0;  // control characters in ISO 8859
    });
    if (guess == "SHIFT_JIS") return "CP932";
    if (guess == "ISO-8859-1") return "CP1252";
    if (guess == "ISO-8859-9") return "CP1254";
    if (guess == "TIS-620") return "CP874";
    // A Mac's capitals lie where Windows' quotes do; without any it is the far more common one.
    if (guess == "MAC-CYRILLIC" && !hasWindowsBytes) return "CP1251";
    if (guess.starts_with("WINDOWS-")) return "CP" + guess.substr(8);
    for (const Twin& twin : kTwins) {
        if (guess == twin.guess && hasWindowsBytes) return std::string(twin.windows);
    }
    return guess;
}

/// What to try, best first. The last one always converts.
std::vector<std::string> candidates(const std::string& sample) {
    constexpr int kFewLetters = 2;
    std::vector<std::string> names;
    std::string guess = meantBy(guessOfLibrary(sample), sample);
    const bool isOwnScript = hasRunsOfHighBytes(sample);
    if ((guess == "GB18030" || guess.empty()) && looksKorean(sample)) guess = "CP949";
    // A word or two of French pass for Hungarian; Western letters are the better bet.
    const bool isOtherLatin = guess == "CP1250" || guess == "CP1257" || guess == "CP1258" ||
                              guess.starts_with("ISO-8859-") || guess.starts_with("MAC-CENTRAL");
    // Turkish differs from Western in letters that are rare there.
    const bool isUnsure = !isOwnScript && guess != "CP1254" &&
                          (differentBytes(sample, 0x80) <= kFewLetters ||
                           (isOtherLatin && differentBytes(sample, 0xC0) <= kFewLetters));
    if (!guess.empty() && guess != "UTF-8" && guess != "ASCII" && !isUnsure) {
        names.push_back(std::move(guess));
    }
    if (isOwnScript) names.insert(names.end(), {"CP874", "CP949", "GB18030", "CP932"});
    names.emplace_back("CP1252");
    return names;
}

bool isManyBytesPerCharacter(std::string_view name) {
    constexpr std::array<std::string_view, 10> kNames = {"GB18030", "BIG5",      "CP932", "EUC-JP",
                                                         "EUC-KR",  "UHC",       "CP949", "EUC-TW",
                                                         "JOHAB",   "HZ-GB-2312"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// Converts lines of one guessed encoding.
class GuessedEncoding {
  public:
    explicit GuessedEncoding(const std::string& sample) {
        const auto high = std::count_if(sample.begin(), sample.end(), isHigh);
        for (const std::string& name : candidates(sample)) {
            name_ = name;
            converter_.reset();
            if (name == "CP1252") return;
            converter_.emplace(name.c_str());
            if (!converter_->isKnown()) continue;
            int strange = 0;
            converter_->convert(sample, strange);
            if (strange * 50 <= high) return;  // a scratch or two is no reason against it
        }
    }

    const std::string& name() const { return name_; }

    std::string convert(std::string_view line) {
        if (!converter_) return fromWindows1252(line);
        int ignored = 0;
        return converter_->convert(line, ignored);
    }

  private:
    std::string name_;
    std::optional<CharsetConverter> converter_;
};

/// Japanese as old mail has it: ASCII bytes with escapes between.
std::optional<DecodedText> decodeEscaped(std::string_view bytes) {
    if (bytes.find("\x1b$") == bytes.npos) return std::nullopt;
    CharsetConverter converter("ISO-2022-JP");
    int strange = 0;
    if (!converter.isKnown()) return std::nullopt;
    std::string text = converter.convert(bytes, strange);
    if (strange > 0) return std::nullopt;
    return DecodedText{std::move(text), "ISO-2022-JP"};
}

/// Text whose units are bytes: UTF-8, a guessed encoding, or both in turn.
DecodedText decodeNarrow(std::string_view bytes) {
    if (isUtf8(bytes)) return {std::string(bytes), {}};
    const std::vector<std::string_view> lines = rawLinesOf(bytes);
    std::vector<std::string_view> strangeLines;
    for (const std::string_view line : lines) {
        const Utf8Look look = lookOf(line);
        if (look.strangeBytes > look.characters) strangeLines.push_back(line);
    }
    std::optional<GuessedEncoding> guessed;
    if (!strangeLines.empty()) guessed.emplace(sampleOf(strangeLines));
    const bool maySeemUtf8 = guessed && isManyBytesPerCharacter(guessed->name());
    DecodedText decoded;
    if (guessed) decoded.readAs = guessed->name();
    for (std::size_t at = 0; at < lines.size(); ++at) {
        const Utf8Look look = lookOf(lines[at]);
        // Two bytes of a Chinese or Korean character can look like one of UTF-8, three hardly.
        const int convincing = maySeemUtf8 ? look.longOnes / 4 : look.characters;
        const bool isByChance = maySeemUtf8 && look.characters > 0 && look.longOnes == 0;
        const bool isOurs = !guessed || (look.strangeBytes <= convincing && !isByChance);
        if (at > 0) decoded.text += '\n';
        decoded.text += isOurs ? withoutStrangeBytes(lines[at]) : guessed->convert(lines[at]);
    }
    return decoded;
}

}  // namespace

DecodedText decodeSubtitleBytes(std::string_view bytes) {
    DecodedText decoded;
    if (const char* wide = wideEncoding(bytes)) {
        CharsetConverter converter(wide);
        int ignored = 0;
        if (converter.isKnown()) decoded.text = converter.convert(bytes, ignored);
    } else if (auto escaped = decodeEscaped(bytes)) {
        decoded = std::move(*escaped);
    } else {
        decoded = decodeNarrow(bytes);
    }
    // Also in the middle: files put together of several have one at each seam.
    constexpr std::string_view kMark = "\xef\xbb\xbf";
    std::string text;
    std::string_view rest = decoded.text;
    for (std::size_t mark; (mark = rest.find(kMark)) != rest.npos;) {
        text += rest.substr(0, mark);
        rest.remove_prefix(mark + kMark.size());
    }
    text += rest;
    decoded.text = std::move(text);
    return decoded;
}

bool isUtf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t length = characterLength(bytes);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

}  // namespace reelquery
