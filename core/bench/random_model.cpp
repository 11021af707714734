#include "core/bench/random_model.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <span>
#include <system_error>

#include "core/base/error.h"
#include "core/bench/random_model_kinds.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/safetensors_writer.h"
#include "kernels/bfloat16.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLargestShard = std::int64_t{4} << 30;  // bytes
constexpr std::size_t kBlockValues = 1 << 20;
constexpr std::size_t kLevels = 4096;  // 12 random bits a value; the table fits the first cache

std::vector<WeightShape> shapesOf(const RandomModelKind& kind) {
    std::vector<WeightShape> shapes = weightShapes(kind.config);
    if (kind.hasHead) shapes.push_back(headShape(kind.config));
    return shapes;
}

std::int64_t bytesOf(const std::vector<WeightShape>& shapes) {
    std::int64_t bytes = 0;
    for (const WeightShape& shape : shapes) bytes += shape.values() * 2;
    return bytes;
}

/// Mixes a counter into 64 random bits (the finaliser of SplitMix64).
std::uint64_t mixed(std::uint64_t counter) {
    counter += 0x9E3779B97F4A7C15;
    counter = (counter ^ counter >> 30) * 0xBF58476D1CE4E5B9;
    counter = (counter ^ counter >> 27) * 0x94D049BB133111EB;
    return counter ^ counter >> 31;
}

/// Values of one tensor, uniform around a middle; depend on seed and name only.
class RandomValues {
  public:
    RandomValues(const WeightShape& tensor, std::uint64_t seed) : key_(mixed(seed)) {
        for (const char c : tensor.name) key_ = mixed(key_ ^ static_cast<unsigned char>(c));
        const ValueRange range = randomRange(tensor);
        for (std::size_t i = 0; i < kLevels; ++i) {
            const double share = (static_cast<double>(i) + 0.5) / kLevels * 2 - 1;
            levels_[i] =
                kernels::bfloat16FromFloat(static_cast<float>(range.middle + share * range.reach));
        }
    }

    void fill(std::span<std::uint16_t> values) {
        constexpr std::size_t kPerDraw = 5;
        constexpr unsigned kBits = 12;
        for (std::size_t at = 0; at < values.size(); at += kPerDraw) {
            std::uint64_t bits = mixed(key_ + counter_++);
            const std::size_t count = std::min(kPerDraw, values.size() - at);
            for (std::size_t i = 0; i < count; ++i, bits >>= kBits) {
                values[at + i] = levels_[bits % kLevels];
            }
        }
    }

  private:
    std::uint64_t key_;
    std::uint64_t counter_ = 0;
    std::array<std::uint16_t, kLevels> levels_{};
};

/// Removes what was written unless writing came to its end.
class FolderGuard {
  public:
    explicit FolderGuard(const fs::path& folder) : folder_(folder) {
        std::error_code failed;
        isNew_ = !fs::exists(folder, failed);
        if (!isNew_ && (!fs::is_directory(folder, failed) || !fs::is_empty(folder, failed))) {
            throw Error(ErrorCode::kUsage, folder.string() + " is not an empty folder",
                        "name a folder that does not exist yet");
        }
        fs::create_directories(folder, failed);
        if (failed) {
            throw Error(ErrorCode::kModel,
                        folder.string() + " cannot be created: " + failed.message(),
                        "choose a folder you may write to");
        }
    }

    FolderGuard(const FolderGuard&) = delete;
    FolderGuard& operator=(const FolderGuard&) = delete;

    ~FolderGuard() {
        std::error_code ignored;
        if (isKept_) return;
        for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
            fs::remove(entry.path(), ignored);
        }
        if (isNew_) fs::remove(folder_, ignored);
    }

    void keep() { isKept_ = true; }

  private:
    fs::path folder_;
    bool isNew_ = false;
    bool isKept_ = false;
};

void writeText(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) {
        throw Error(ErrorCode::kModel, file.string() + " cannot be written",
                    "check the folder's permissions and the space left on the disk");
    }
}

/// Tensors shard by shard, each shard at most kLargestShard bytes.
std::vector<std::vector<WeightShape>> intoShards(const std::vector<WeightShape>& shapes) {
    std::vector<std::vector<WeightShape>> shards(1);
    std::int64_t bytes = 0;
    for (const WeightShape& shape : shapes) {
        const std::int64_t more = shape.values() * 2;
        if (bytes + more > kLargestShard && !shards.back().empty()) {
            shards.emplace_back();
            bytes = 0;
        }
        shards.back().push_back(shape);
        bytes += more;
    }
    return shards;
}

std::string shardName(std::size_t index, std::size_t count) {
    if (count == 1) return "model.safetensors";
    const auto padded = [](std::size_t number) {
        const std::string digits = std::to_string(number);
        return std::string(5 - std::min<std::size_t>(5, digits.size()), '0') + digits;
    };
    return "model-" + padded(index + 1) + "-of-" + padded(count) + ".safetensors";
}

void checkSpace(const fs::path& folder, std::int64_t bytes) {
    std::error_code failed;
    const fs::space_info space = fs::space(folder, failed);
    if (failed || space.available >= static_cast<std::uintmax_t>(bytes)) return;
    throw Error(ErrorCode::kModel,
                folder.string() + " has no room: " + std::to_string(bytes >> 20) +
                    " MiB are needed, " + std::to_string(space.available >> 20) + " MiB are free",
                "choose a folder on a larger disk");
}

}  // namespace

std::vector<std::string> randomModelKinds() {
    std::vector<std::string> names;
    for (const RandomModelKind& kind : randomModelKindTable()) names.push_back(kind.name);
    return names;
}

std::int64_t randomModelBytes(const std::string& kind) {
    return bytesOf(shapesOf(randomModelKind(kind)));
}

void writeRandomModel(const std::string& kindName, const fs::path& folder, std::uint64_t seed,
                      const ByteProgress& progress, const CancelToken& cancel) {
    const RandomModelKind& kind = randomModelKind(kindName);
    constexpr int kIndent = 2;
    writeRandomTensors({{{"config.json", configJson(kind).dump(kIndent)},
                         {"generation_config.json", generationJson(kind).dump(kIndent)},
                         {"preprocessor_config.json", preprocessorJson(kind).dump(kIndent)},
                         {"tokenizer_config.json", tokenizerConfigJson(kind).dump(kIndent)},
                         {"tokenizer.json", tokenizerJson(kind).dump()}},
                        shapesOf(kind)},
                       folder, seed, progress, cancel);
}

void writeRandomTensors(const CheckpointShape& shape, const fs::path& folder, std::uint64_t seed,
                        const ByteProgress& progress, const CancelToken& cancel) {
    const std::int64_t total = bytesOf(shape.tensors);
    FolderGuard guard(folder);
    checkSpace(folder, total);
    for (const auto& [name, text] : shape.files) writeText(folder / name, text);

    constexpr int kIndent = 2;
    const auto shards = intoShards(shape.tensors);
    nlohmann::ordered_json places = nlohmann::ordered_json::object();
    std::vector<std::uint16_t> block(kBlockValues);
    std::int64_t done = 0;
    for (std::size_t i = 0; i < shards.size(); ++i) {
        const std::string name = shardName(i, shards.size());
        SafetensorsWriter writer(folder / name, shards[i]);
        for (const WeightShape& tensor : shards[i]) {
            places[tensor.name] = name;
            RandomValues values(tensor, seed);
            for (std::int64_t left = tensor.values(); left > 0;) {
                throwIfCancelled(cancel);
                const auto count = std::min<std::int64_t>(left, kBlockValues);
                const std::span<std::uint16_t> part(block.data(), static_cast<std::size_t>(count));
                values.fill(part);
                writer.append(part);
                left -= count;
                done += count * 2;
                if (progress) progress(done, total);
            }
        }
        writer.finish();
    }
    if (shards.size() > 1) {
        const nlohmann::ordered_json index = {{"metadata", {{"total_size", total}}},
                                              {"weight_map", places}};
        writeText(folder / "model.safetensors.index.json", index.dump(kIndent));
    }
    guard.keep();
}

}  // namespace reelquery
