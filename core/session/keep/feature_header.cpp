#include "core/session/keep/feature_header.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "core/base/fingerprint.h"
#include "core/base/json_nesting.h"

namespace reelquery {

namespace {

using Json = nlohmann::json;

/// Its last digits are the layout's version. The first version had both fingerprints before the
/// rows; the second has one plane of rows and does not say so, and is still read.
constexpr std::string_view kMagic = "RQVIDF03";
constexpr std::string_view kMagicOfOnePlane = "RQVIDF02";
constexpr std::size_t kKindLength = 6;  // of the magic, without the version
constexpr std::uint64_t kLongestHeader = std::uint64_t{16} << 20;

std::string readText(std::istream& in, std::uint64_t length) {
    std::string text(length, '\0');
    in.read(text.data(), static_cast<std::streamsize>(length));
    return text;
}

/// Whole numbers only: nlohmann's get() would cut a fraction off and overflow silently.
std::int64_t whole(const Json& fields, const char* name, std::int64_t low, std::int64_t high) {
    const Json& value = fields.at(name);
    if (!value.is_number_integer()) throw std::invalid_argument(name);
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) {
        throw std::invalid_argument(name);
    }
    const auto number = value.get<std::int64_t>();
    if (number < low || number > high) throw std::invalid_argument(name);
    return number;
}

double finite(const Json& fields, const char* name) {
    const auto number = fields.at(name).get<double>();
    if (!std::isfinite(number)) throw std::invalid_argument(name);
    return number;
}

void check(const FeatureHeader& header) {
    const auto& times = header.frameTimesS;
    const bool areTimes =
        std::all_of(times.begin(), times.end(), [](double t) { return std::isfinite(t); }) &&
        std::is_sorted(times.begin(), times.end());
    if (!areTimes || times.size() != static_cast<std::size_t>(header.grid[0]) * 2) {
        throw std::invalid_argument("frame times");
    }
    // Patches are merged by squares into rows.
    if (header.grid[0] * header.grid[1] * header.grid[2] % header.rows != 0) {
        throw std::invalid_argument("grid");
    }
}

FeatureHeader headerFrom(const Json& fields, bool saysPlanes) {
    // Bounds that keep rowBytes() below 2^63.
    constexpr std::int64_t kMost = 1 << 30, kMostOnASide = 1 << 20, kMostWide = 1 << 24;
    constexpr std::int64_t kMostPlanes = 100;
    FeatureHeader header;
    header.rows = whole(fields, "rows", 1, kMost);
    header.width = whole(fields, "width", 1, kMostWide);
    if (saysPlanes) header.deepPlanes = whole(fields, "deep_planes", 0, kMostPlanes);
    header.isBfloat16 = fields.at("bfloat16").get<bool>();
    const Json& grid = fields.at("grid");
    if (grid.size() != header.grid.size()) throw std::invalid_argument("grid");
    for (std::size_t side = 0; side < header.grid.size(); ++side) {
        header.grid[side] = whole(Json{{"grid", grid.at(side)}}, "grid", 1, kMostOnASide);
    }
    header.frameTimesS = fields.at("frame_times_s").get<std::vector<double>>();
    header.secondsPerPair = finite(fields, "seconds_per_pair");
    header.framesWanted = static_cast<int>(whole(fields, "wanted", 0, kMost));
    header.framesGot = static_cast<int>(whole(fields, "got", 0, kMost));
    header.firstS = finite(fields, "first_s");
    header.lastS = finite(fields, "last_s");
    header.decodeErrors = static_cast<int>(whole(fields, "decode_errors", 0, kMost));
    header.areKeyFrames = fields.at("keyframes").get<bool>();
    check(header);
    return header;
}

void checkMagic(std::string_view magic) {
    if (magic == kMagic || magic == kMagicOfOnePlane) return;
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (magic.starts_with(kMagic.substr(0, kKindLength)) &&
        std::all_of(magic.begin() + kKindLength, magic.end(), isDigit)) {
        throw OtherFeatureLayout();
    }
    throw std::invalid_argument("other kind of file");
}

}  // namespace

std::uint64_t FeatureHeader::rowBytes() const {
    return static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(width) *
           static_cast<std::uint64_t>(1 + deepPlanes) * (isBfloat16 ? 2U : 4U);
}

std::string printOf(std::string_view bytes) {
    Fingerprint print;
    print.add(bytes);
    return print.hex();
}

std::size_t fingerprintLength() {
    return Fingerprint().hex().size();
}

void writeFeatureHeader(std::ostream& out, const FeatureHeader& header) {
    const std::string text = Json{
        {"rows", header.rows},
        {"width", header.width},
        {"deep_planes", header.deepPlanes},
        {"bfloat16", header.isBfloat16},
        {"grid", header.grid},
        {"frame_times_s", header.frameTimesS},
        {"seconds_per_pair", header.secondsPerPair},
        {"wanted", header.framesWanted},
        {"got", header.framesGot},
        {"first_s", header.firstS},
        {"last_s", header.lastS},
        {"decode_errors", header.decodeErrors},
        {"keyframes",
         header.areKeyFrames}}.dump();
    const std::uint64_t length = text.size();
    out << kMagic;
    out.write(reinterpret_cast<const char*>(&length), sizeof length);
    out << text << printOf(text);
}

FeatureHeader readFeatureHeader(std::istream& in, std::uint64_t fileBytes) {
    in.exceptions(std::ios::failbit | std::ios::badbit);
    const std::string magic = readText(in, kMagic.size());
    checkMagic(magic);
    std::uint64_t length = 0;
    in.read(reinterpret_cast<char*>(&length), sizeof length);
    if (length > std::min(kLongestHeader, fileBytes))
        throw std::invalid_argument("header too long");
    const std::string text = readText(in, length);
    const std::string print = readText(in, fingerprintLength());
    if (print != printOf(text)) throw std::invalid_argument("damaged header");
    if (nestsDeeperThan(text)) throw std::invalid_argument("damaged header");
    const FeatureHeader header = headerFrom(Json::parse(text), magic == kMagic);
    const std::uint64_t others = kMagic.size() + sizeof length + length + 2 * fingerprintLength();
    if (fileBytes != others + header.rowBytes()) throw std::invalid_argument("cut short");
    return header;
}

}  // namespace reelquery
