#include "core/session/keep/feature_files.h"

#include <ATen/ATen.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/base/fingerprint.h"
#include "core/base/replace_file.h"
#include "core/session/keep/feature_folder.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

constexpr std::string_view kMagic = "RQVIDF01";
constexpr std::uint64_t kLongestHeader = std::uint64_t{16} << 20;
// A writer that was killed leaves its file; one still at work is younger than this.
constexpr auto kUnfinishedFor = std::chrono::hours(1);

std::string fingerprintOf(std::string_view bytes) {
    Fingerprint print;
    print.add(bytes);
    return print.hex();
}

std::string_view bytesOf(const at::Tensor& rows) {
    return {static_cast<const char*>(rows.const_data_ptr()), rows.nbytes()};
}

std::string headerOf(const VideoFeatures& features, const at::Tensor& rows) {
    const SamplingReport& sampling = features.sampling;
    return Json{{"rows", rows.size(0)},
                {"width", rows.size(1)},
                {"bfloat16", rows.scalar_type() == at::kBFloat16},
                {"print", fingerprintOf(bytesOf(rows))},
                {"grid", {features.grid.t, features.grid.h, features.grid.w}},
                {"frame_times_s", features.frameTimesS},
                {"seconds_per_pair", features.secondsPerPair},
                {"wanted", sampling.wanted},
                {"got", sampling.got},
                {"first_s", sampling.firstS},
                {"last_s", sampling.lastS},
                {"decode_errors", sampling.decodeErrors},
                {"keyframes", sampling.modeUsed == SamplingMode::kKeyframes}}
        .dump();
}

/// Throws std::exception where the header does not describe features.
std::shared_ptr<VideoFeatures> featuresFrom(const Json& header) {
    auto features = std::make_shared<VideoFeatures>();
    const auto rows = header.at("rows").get<std::int64_t>();
    const auto width = header.at("width").get<std::int64_t>();
    if (rows <= 0 || width <= 0) throw std::invalid_argument("no rows");
    features->rows =
        at::empty({rows, width}, header.at("bfloat16").get<bool>() ? at::kBFloat16 : at::kFloat);
    const auto grid = header.at("grid").get<std::array<std::int64_t, 3>>();
    features->grid = {grid[0], grid[1], grid[2]};
    features->frameTimesS = header.at("frame_times_s").get<std::vector<double>>();
    features->secondsPerPair = header.at("seconds_per_pair").get<double>();
    SamplingReport& sampling = features->sampling;
    sampling.wanted = header.at("wanted").get<int>();
    sampling.got = header.at("got").get<int>();
    sampling.firstS = header.at("first_s").get<double>();
    sampling.lastS = header.at("last_s").get<double>();
    sampling.decodeErrors = header.at("decode_errors").get<int>();
    sampling.modeUsed =
        header.at("keyframes").get<bool>() ? SamplingMode::kKeyframes : SamplingMode::kExact;
    return features;
}

std::string readText(std::istream& in, std::uint64_t length) {
    std::string text(length, '\0');
    in.read(text.data(), static_cast<std::streamsize>(length));
    return text;
}

/// Throws std::exception for anything but a whole feature file.
std::shared_ptr<VideoFeatures> readChecked(std::istream& in, std::uint64_t fileBytes) {
    in.exceptions(std::ios::failbit | std::ios::badbit);
    if (readText(in, kMagic.size()) != kMagic) throw std::invalid_argument("other kind of file");
    std::uint64_t length = 0;
    in.read(reinterpret_cast<char*>(&length), sizeof length);
    if (length > kLongestHeader) throw std::invalid_argument("header too long");
    const std::string header = readText(in, length);
    const std::string print = readText(in, fingerprintOf("").size());
    if (print != fingerprintOf(header)) throw std::invalid_argument("damaged header");
    const Json fields = Json::parse(header);
    // The size is checked before rows are allocated for it.
    const auto valueBytes = fields.at("bfloat16").get<bool>() ? 2U : 4U;
    const std::uint64_t before = kMagic.size() + sizeof length + length + print.size();
    if (fileBytes != before + fields.at("rows").get<std::uint64_t>() *
                                  fields.at("width").get<std::uint64_t>() * valueBytes) {
        throw std::invalid_argument("cut short");
    }
    auto features = featuresFrom(fields);
    in.read(static_cast<char*>(features->rows.mutable_data_ptr()),
            static_cast<std::streamsize>(features->rows.nbytes()));
    if (fingerprintOf(bytesOf(features->rows)) != fields.at("print").get<std::string>()) {
        throw std::invalid_argument("damaged rows");
    }
    return features;
}

}  // namespace

FeatureFiles::FeatureFiles(fs::path folder, std::int64_t maxBytes)
    : folder_(std::move(folder)), maxBytes_(maxBytes) {}

fs::path FeatureFiles::fileOf(const std::string& key) const {
    return folder_ / (key + kFeatureEnding);
}

bool FeatureFiles::has(const std::string& key) const {
    std::error_code ignored;
    return !folder_.empty() && fs::exists(fileOf(key), ignored);
}

std::shared_ptr<VideoFeatures> FeatureFiles::load(const std::string& key, std::string& note) const {
    if (folder_.empty()) return nullptr;
    const fs::path file = fileOf(key);
    std::error_code missing;
    const auto bytes = fs::file_size(file, missing);
    std::ifstream in(file, std::ios::binary);
    if (missing || !in) return nullptr;
    std::error_code ignored;
    try {
        auto features = readChecked(in, bytes);
        fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
        return features;
    } catch (const std::exception&) {
        note = "stored video features were damaged; they were removed and made again";
        fs::remove(file, ignored);
        return nullptr;
    }
}

bool FeatureFiles::makeRoom(std::int64_t bytes) const {
    const auto killedBefore = fs::file_time_type::clock::now() - kUnfinishedFor;
    std::vector<FeatureFile> files = featureFilesIn(folder_);
    std::int64_t total = bytes;
    for (const FeatureFile& file : files) total += file.bytes;
    for (const FeatureFile& file : files) {
        const bool isUnfinished = file.path.extension() == kUnfinishedEnding;
        if (isUnfinished ? file.lastUse > killedBefore : total <= maxBytes_) continue;
        std::error_code refused;
        if (fs::remove(file.path, refused)) total -= file.bytes;
    }
    return total <= maxBytes_;
}

void FeatureFiles::store(const std::string& key, const VideoFeatures& features,
                         std::string& note) const {
    if (folder_.empty()) return;
    const at::Tensor rows = features.rows.to(at::kCPU).contiguous();
    const std::string header = headerOf(features, rows);
    const auto bytes = static_cast<std::int64_t>(rows.nbytes() + header.size() + 64);
    if (bytes > maxBytes_) {
        note = "the video features are larger than all that may be stored; they were not kept";
        return;
    }
    std::error_code failed;
    if (fs::create_directories(folder_, failed)) {
        fs::permissions(folder_, fs::perms::owner_all, failed);  // videos are private
    }
    if (!makeRoom(bytes)) return;
    const bool isStored = replaceFile(fileOf(key), [&](std::ostream& out) {
        const std::uint64_t length = header.size();
        out << kMagic;
        out.write(reinterpret_cast<const char*>(&length), sizeof length);
        out << header << fingerprintOf(header) << bytesOf(rows);
    });
    if (isStored) return;
    note = "the video features could not be stored in " + folder_.string() +
           "; the next start encodes the video again";
}

}  // namespace reelquery
