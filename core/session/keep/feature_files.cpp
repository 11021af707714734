#include "core/session/keep/feature_files.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/fingerprint.h"
#include "core/base/replace_file.h"
#include "core/device/torch_target.h"
#include "core/session/watch/video_features.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

constexpr const char* kEnding = ".features";
/// Its last digits are the layout's version. The first version had one fingerprint before the rows.
constexpr std::string_view kMagic = "RQVIDF02";
constexpr std::size_t kKindLength = 6;  // of the magic, without the version
constexpr std::uint64_t kLongestHeader = std::uint64_t{16} << 20;
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

std::string fingerprintOf(std::string_view bytes) {
    Fingerprint print;
    print.add(bytes);
    return print.hex();
}

std::size_t fingerprintLength() {
    return Fingerprint().hex().size();
}

/// The rows of a device as flat bytes, without a copy. rows: contiguous.
at::Tensor asBytes(const at::Tensor& rows) {
    return rows.view({-1}).view(at::kByte);
}

std::string headerOf(const VideoFeatures& features) {
    const SamplingReport& sampling = features.sampling;
    return Json{{"rows", features.rows.size(0)},
                {"width", features.rows.size(1)},
                {"bfloat16", features.rows.scalar_type() == at::kBFloat16},
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

/// What a header says; the rows are still to be read.
struct FileHead {
    std::shared_ptr<VideoFeatures> features = std::make_shared<VideoFeatures>();
    std::int64_t rows = 0, width = 0;
    at::ScalarType type = at::kFloat;
};

/// Throws std::exception where the header does not describe features.
FileHead headFrom(const Json& header) {
    FileHead head;
    head.rows = header.at("rows").get<std::int64_t>();
    head.width = header.at("width").get<std::int64_t>();
    if (head.rows <= 0 || head.width <= 0) throw std::invalid_argument("no rows");
    head.type = header.at("bfloat16").get<bool>() ? at::kBFloat16 : at::kFloat;
    VideoFeatures& features = *head.features;
    const auto grid = header.at("grid").get<std::array<std::int64_t, 3>>();
    features.grid = {grid[0], grid[1], grid[2]};
    features.frameTimesS = header.at("frame_times_s").get<std::vector<double>>();
    features.secondsPerPair = header.at("seconds_per_pair").get<double>();
    SamplingReport& sampling = features.sampling;
    sampling.wanted = header.at("wanted").get<int>();
    sampling.got = header.at("got").get<int>();
    sampling.firstS = header.at("first_s").get<double>();
    sampling.lastS = header.at("last_s").get<double>();
    sampling.decodeErrors = header.at("decode_errors").get<int>();
    sampling.modeUsed =
        header.at("keyframes").get<bool>() ? SamplingMode::kKeyframes : SamplingMode::kExact;
    return head;
}

/// A file of this program's whose layout is not this version's.
struct OtherVersion : std::exception {};

std::string readText(std::istream& in, std::uint64_t length) {
    std::string text(length, '\0');
    in.read(text.data(), static_cast<std::streamsize>(length));
    return text;
}

/// Throws std::exception for anything but the head of a whole feature file.
FileHead readHead(std::istream& in, std::uint64_t fileBytes) {
    const std::string magic = readText(in, kMagic.size());
    if (magic != kMagic) {
        const bool isOurs = magic.starts_with(kMagic.substr(0, kKindLength));
        const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
        if (isOurs && std::all_of(magic.begin() + kKindLength, magic.end(), isDigit)) {
            throw OtherVersion();
        }
        throw std::invalid_argument("other kind of file");
    }
    std::uint64_t length = 0;
    in.read(reinterpret_cast<char*>(&length), sizeof length);
    if (length > kLongestHeader) throw std::invalid_argument("header too long");
    const std::string header = readText(in, length);
    if (readText(in, fingerprintLength()) != fingerprintOf(header)) {
        throw std::invalid_argument("damaged header");
    }
    FileHead head = headFrom(Json::parse(header));
    // The size is checked before rows are allocated for it.
    const std::uint64_t others = kMagic.size() + sizeof length + length + 2 * fingerprintLength();
    const auto rowBytes = static_cast<std::uint64_t>(head.width) * c10::elementSize(head.type);
    if (fileBytes != others + static_cast<std::uint64_t>(head.rows) * rowBytes) {
        throw std::invalid_argument("cut short");
    }
    return head;
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
    FileHead head;
    try {
        head = readHead(in, bytes);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const OtherVersion&) {
        return refuse("");
    } catch (const std::exception&) {
        return refuse(kDamaged);
    }
    VideoFeatures& features = *head.features;
    features.rows = at::empty({head.rows, head.width},
                              at::TensorOptions().dtype(head.type).device(deviceOf(target)));
    const at::Tensor all = asBytes(features.rows);
    const bool isOnHost = target.cudaDevice < 0;
    at::Tensor buffer;
    if (!isOnHost) buffer = at::empty({kPieceBytes}, at::kByte);
    Fingerprint print;
    try {
        for (std::int64_t at = 0; at < all.numel(); at += kPieceBytes) {
            const std::int64_t length = std::min(kPieceBytes, all.numel() - at);
            const at::Tensor place = all.narrow(0, at, length);
            const at::Tensor piece = isOnHost ? place : buffer.narrow(0, 0, length);
            auto* data = static_cast<char*>(piece.mutable_data_ptr());
            in.read(data, length);
            print.add(std::string_view(data, static_cast<std::size_t>(length)));
            if (!isOnHost) place.copy_(piece);
            endPiece(cancel);
        }
        if (readText(in, fingerprintLength()) != print.hex()) return refuse(kDamaged);
    } catch (const std::ios::failure&) {
        return refuse(kDamaged);
    }
    std::error_code ignored;
    fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
    return head.features;
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
    const std::string header = headerOf(features);
    const auto bytes = static_cast<std::int64_t>(features.rows.nbytes() + header.size() + 96);
    if (bytes > maxBytes_) {
        note = "the video features are larger than all that may be stored; they were not kept";
        return;
    }
    std::error_code failed;
    if (fs::create_directories(folder_, failed)) {
        fs::permissions(folder_, fs::perms::owner_all, failed);  // videos are private
    }
    if (!makeRoom(bytes)) return;
    const at::Tensor all = asBytes(features.rows.contiguous());
    const bool isStored = replaceFile(fileOf(key), [&](std::ostream& out) {
        const std::uint64_t length = header.size();
        out << kMagic;
        out.write(reinterpret_cast<const char*>(&length), sizeof length);
        out << header << fingerprintOf(header);
        Fingerprint print;
        for (std::int64_t at = 0; out && at < all.numel(); at += kPieceBytes) {
            const at::Tensor piece =
                all.narrow(0, at, std::min(kPieceBytes, all.numel() - at)).to(at::kCPU);
            const std::string_view data(static_cast<const char*>(piece.const_data_ptr()),
                                        piece.nbytes());
            print.add(data);
            out << data;
            endPiece(cancel);
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
        ++found.videos;
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
