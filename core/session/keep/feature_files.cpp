#include "core/session/keep/feature_files.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/fingerprint.h"
#include "core/base/replace_file.h"
#include "core/device/torch_target.h"
#include "core/session/keep/feature_header.h"
#include "core/session/watch/video_features.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr const char* kEnding = ".features";
/// A quarter of a second of a disk at 1 MiB/s. Part of the layout: fingerprints are by pieces.
constexpr std::int64_t kPieceBytes = 256 << 10;
// A writer that was killed leaves its file; one still at work is younger than this.
constexpr auto kUnfinishedFor = std::chrono::hours(1);

struct FeatureFile {
    fs::path path;
    std::int64_t bytes = 0;
    fs::file_time_type lastUse;
};

/// The feature files of a folder, whole ones and ones whose writer was killed, longest unused
/// first; empty where the folder cannot be read.
std::vector<FeatureFile> featureFilesIn(const fs::path& folder) {
    std::vector<FeatureFile> files;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        const fs::path& path = at->path();
        if (path.extension() != kEnding && path.extension() != kUnfinishedEnding) continue;
        std::error_code gone;  // another process may remove it meanwhile
        FeatureFile file{path, static_cast<std::int64_t>(fs::file_size(path, gone)), {}};
        if (!gone) file.lastUse = fs::last_write_time(path, gone);
        if (!gone) files.push_back(std::move(file));
    }
    std::sort(files.begin(), files.end(),
              [](const FeatureFile& a, const FeatureFile& b) { return a.lastUse < b.lastUse; });
    return files;
}

/// The planes of features as flat bytes, in the order of a file; without a copy where the rows are
/// contiguous.
std::vector<at::Tensor> planesOf(const VisionFeatures& features) {
    const auto bytesOf = [](const at::Tensor& rows) {
        return rows.contiguous().view({-1}).view(at::kByte);
    };
    std::vector<at::Tensor> planes = {bytesOf(features.rows)};
    for (const at::Tensor& deep : features.deep) planes.push_back(bytesOf(deep));
    return planes;
}

FeatureHeader headerOf(const VideoFeatures& features) {
    const SamplingReport& sampling = features.sampling;
    FeatureHeader header;
    header.rows = features.rows.size(0);
    header.width = features.rows.size(1);
    header.deepPlanes = std::ssize(features.deep);
    header.isBfloat16 = features.rows.scalar_type() == at::kBFloat16;
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

/// What a header says, with room for the rows on `target`; they are still to be read.
std::shared_ptr<VideoFeatures> featuresOf(const FeatureHeader& header,
                                          const ComputeTarget& target) {
    auto features = std::make_shared<VideoFeatures>();
    const auto plane = [&] {
        return at::empty({header.rows, header.width},
                         at::TensorOptions()
                             .dtype(header.isBfloat16 ? at::kBFloat16 : at::kFloat)
                             .device(deviceOf(target)));
    };
    features->rows = plane();
    for (std::int64_t i = 0; i < header.deepPlanes; ++i) features->deep.push_back(plane());
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

/// The fingerprint that ends a file.
std::string readPrint(std::istream& in) {
    std::string print(fingerprintLength(), '\0');
    in.read(print.data(), static_cast<std::streamsize>(print.size()));
    return print;
}

}  // namespace

FeatureFiles::FeatureFiles(fs::path folder, std::int64_t maxBytes, std::function<void()> afterPiece)
    : folder_(std::move(folder)), maxBytes_(maxBytes), afterPiece_(std::move(afterPiece)) {}

fs::path FeatureFiles::fileOf(const std::string& key) const {
    return folder_ / (key + kEnding);
}

bool FeatureFiles::has(const std::string& key) const {
    std::error_code ignored;
    return !folder_.empty() && fs::exists(fileOf(key), ignored);
}

void FeatureFiles::endPiece(const CancelToken& cancel) const {
    if (afterPiece_) afterPiece_();
    throwIfCancelled(cancel);
}

std::shared_ptr<VideoFeatures> FeatureFiles::load(const std::string& key,
                                                  const ComputeTarget& target, std::string& note,
                                                  const CancelToken& cancel) const {
    if (folder_.empty()) return nullptr;
    const fs::path file = fileOf(key);
    std::error_code missing;
    const auto bytes = fs::file_size(file, missing);
    std::ifstream in(file, std::ios::binary);
    if (missing || !in) return nullptr;
    in.exceptions(std::ios::failbit | std::ios::badbit);
    const auto refuse = [&](const char* why) {
        note = why;
        std::error_code ignored;
        fs::remove(file, ignored);
        return nullptr;
    };
    constexpr const char* kDamaged =
        "stored video features were damaged; they were removed and made again";
    FeatureHeader header;
    try {
        header = readFeatureHeader(in, bytes);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const OtherFeatureLayout&) {
        return refuse("");
    } catch (const std::exception&) {
        return refuse(kDamaged);
    }
    auto features = featuresOf(header, target);
    const bool isOnHost = target.cudaDevice < 0;
    at::Tensor buffer;
    if (!isOnHost) buffer = at::empty({kPieceBytes}, at::kByte);
    Fingerprint print;
    try {
        for (const at::Tensor& plane : planesOf(*features)) {
            for (std::int64_t at = 0; at < plane.numel(); at += kPieceBytes) {
                const std::int64_t length = std::min(kPieceBytes, plane.numel() - at);
                const at::Tensor place = plane.narrow(0, at, length);
                const at::Tensor piece = isOnHost ? place : buffer.narrow(0, 0, length);
                auto* data = static_cast<char*>(piece.mutable_data_ptr());
                in.read(data, length);
                print.add(std::string_view(data, static_cast<std::size_t>(length)));
                if (!isOnHost) place.copy_(piece);
                endPiece(cancel);
            }
        }
        if (readPrint(in) != print.hex()) return refuse(kDamaged);
    } catch (const std::ios::failure&) {
        return refuse(kDamaged);
    }
    std::error_code ignored;
    fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
    return features;
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

void FeatureFiles::store(const std::string& key, const VideoFeatures& features, std::string& note,
                         const CancelToken& cancel) const {
    if (folder_.empty()) return;
    throwIfCancelled(cancel);
    std::ostringstream header;
    writeFeatureHeader(header, headerOf(features));
    std::size_t rowBytes = features.rows.nbytes();
    for (const at::Tensor& deep : features.deep) rowBytes += deep.nbytes();
    const auto bytes =
        static_cast<std::int64_t>(rowBytes + header.view().size() + fingerprintLength());
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
        out << header.view();
        Fingerprint print;
        for (const at::Tensor& plane : planesOf(features)) {
            for (std::int64_t at = 0; out && at < plane.numel(); at += kPieceBytes) {
                const at::Tensor piece =
                    plane.narrow(0, at, std::min(kPieceBytes, plane.numel() - at)).to(at::kCPU);
                const std::string_view data(static_cast<const char*>(piece.const_data_ptr()),
                                            piece.nbytes());
                print.add(data);
                out << data;
                endPiece(cancel);
            }
        }
        out << print.hex();
    });
    if (isStored) return;
    note = "the video features could not be stored in " + folder_.string() +
           "; the next start encodes the video again";
}

StoredFeatures storedFeatures(const fs::path& featureFolder) {
    StoredFeatures found;
    for (const FeatureFile& file : featureFilesIn(featureFolder)) {
        if (file.path.extension() == kEnding)
            ++found.videos;  // one still being written is none yet
        found.bytes += file.bytes;
    }
    return found;
}

StoredFeatures clearStoredFeatures(const fs::path& featureFolder) {
    StoredFeatures removed;
    for (const FeatureFile& file : featureFilesIn(featureFolder)) {
        std::error_code refused;
        if (!fs::remove(file.path, refused)) continue;
        ++removed.videos;
        removed.bytes += file.bytes;
    }
    return removed;
}

}  // namespace reelquery
