#include "core/session/keep/feature_files.h"

#include <ATen/ATen.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/replace_file.h"
#include "core/session/keep/feature_folder.h"
#include "core/session/keep/feature_header.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

// A writer that was killed leaves its file; one still at work is younger than this.
constexpr auto kUnfinishedFor = std::chrono::hours(1);

std::string_view bytesOf(const at::Tensor& rows) {
    return {static_cast<const char*>(rows.const_data_ptr()), rows.nbytes()};
}

FeatureHeader headerOf(const VideoFeatures& features, const at::Tensor& rows) {
    const SamplingReport& sampling = features.sampling;
    FeatureHeader header;
    header.rows = rows.size(0);
    header.width = rows.size(1);
    header.isBfloat16 = rows.scalar_type() == at::kBFloat16;
    header.rowsPrint = printOf(bytesOf(rows));
    header.grid = {features.grid.t, features.grid.h, features.grid.w};
    header.frameTimesS = features.frameTimesS;
    header.secondsPerPair = features.secondsPerPair;
    header.framesWanted = sampling.wanted;
    header.framesGot = sampling.got;
    header.firstS = sampling.firstS;
    header.lastS = sampling.lastS;
    header.decodeErrors = sampling.decodeErrors;
    header.areKeyFrames = sampling.modeUsed == SamplingMode::kKeyframes;
    return header;
}

/// Throws std::exception for anything but a whole feature file.
std::shared_ptr<VideoFeatures> readChecked(std::istream& in, std::uint64_t fileBytes) {
    const FeatureHeader header = readFeatureHeader(in, fileBytes);
    auto features = std::make_shared<VideoFeatures>();
    features->rows =
        at::empty({header.rows, header.width}, header.isBfloat16 ? at::kBFloat16 : at::kFloat);
    in.read(static_cast<char*>(features->rows.mutable_data_ptr()),
            static_cast<std::streamsize>(features->rows.nbytes()));
    if (printOf(bytesOf(features->rows)) != header.rowsPrint) {
        throw std::invalid_argument("damaged rows");
    }
    features->grid = {header.grid[0], header.grid[1], header.grid[2]};
    features->frameTimesS = header.frameTimesS;
    features->secondsPerPair = header.secondsPerPair;
    SamplingReport& sampling = features->sampling;
    sampling.wanted = header.framesWanted;
    sampling.got = header.framesGot;
    sampling.firstS = header.firstS;
    sampling.lastS = header.lastS;
    sampling.decodeErrors = header.decodeErrors;
    sampling.modeUsed = header.areKeyFrames ? SamplingMode::kKeyframes : SamplingMode::kExact;
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
    std::ostringstream header;
    writeFeatureHeader(header, headerOf(features, rows));
    const auto bytes = static_cast<std::int64_t>(rows.nbytes() + header.view().size());
    if (bytes > maxBytes_) {
        note = "the video features are larger than all that may be stored; they were not kept";
        return;
    }
    std::error_code failed;
    if (fs::create_directories(folder_, failed)) {
        fs::permissions(folder_, fs::perms::owner_all, failed);  // videos are private
    }
    if (!makeRoom(bytes)) return;
    const bool isStored =
        replaceFile(fileOf(key), [&](std::ostream& out) { out << header.view() << bytesOf(rows); });
    if (isStored) return;
    note = "the video features could not be stored in " + folder_.string() +
           "; the next start encodes the video again";
}

}  // namespace reelquery
