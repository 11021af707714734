#include "core/weights/checkpoint.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/device/copy_in_pieces.h"
#include "core/device/device_errors.h"
#include "core/device/torch_target.h"
#include "core/spec/json_fields.h"
#include "core/spec/model_config.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/tensor_file.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";

at::ScalarType scalarType(const std::string& dtype) {
    if (dtype == "BF16") return at::kBFloat16;
    if (dtype == "F16") return at::kHalf;
    if (dtype == "F32") return at::kFloat;
    return at::ScalarType::Undefined;
}

/// Shard names of an index, each with the tensors it should hold.
std::map<std::string, std::vector<std::string>> readIndex(const fs::path& file) {
    const nlohmann::json json = parseJsonFile(file);
    const JsonFields top({&json}, file.string());
    const nlohmann::json* map = top.find("weight_map");
    if (!map || !map->is_object() || map->empty()) {
        top.fail("weight_map", "an object of tensor and file names");
    }
    std::map<std::string, std::vector<std::string>> shards;
    for (const auto& [tensor, shard] : map->items()) {
        const std::string name = shard.is_string() ? shard.get<std::string>() : "";
        // A name that leaves the folder has no business in an index.
        if (name.empty() || fs::path(name).filename() != name) {
            top.fail("weight_map", "plain file names");
        }
        shards[name].push_back(tensor);
    }
    return shards;
}

}  // namespace

struct Checkpoint::Files {
    struct Place {
        std::shared_ptr<const TensorFile> file;
        const StoredTensor* tensor = nullptr;

        const std::byte* data() const { return file->mapping().data() + tensor->offset; }

        std::int64_t values() const {
            std::int64_t values = 1;
            for (const std::int64_t size : tensor->shape) values *= size;
            return values;
        }

        /// torch reads values in place only where they lie on a multiple of their size.
        bool isAligned() const {
            const std::size_t size = at::elementSize(scalarType(tensor->dtype));
            return reinterpret_cast<std::uintptr_t>(data()) % size == 0;
        }

        /// Whether a run takes the mapping itself.
        bool isReadInPlace(const ComputeTarget& target) const {
            return target.cudaDevice < 0 && scalarType(tensor->dtype) == typeOf(target) &&
                   isAligned();
        }
    };

    fs::path folder;
    std::vector<std::shared_ptr<const TensorFile>> files;
    std::map<std::string, Place> byName;
    std::vector<std::string> wanted;  ///< by the config; every name where there was none

    [[noreturn]] void fail(const std::string& what) const {
        throw Error(ErrorCode::kModel, folder.string() + ": " + what,
                    "the model folder is incomplete or damaged; download the model again");
    }

    void openFile(const std::string& name) {
        if (!fs::exists(folder / name)) fail("the weight file " + name + " is missing");
        files.push_back(TensorFile::open(folder / name));
        for (const auto& [stored, tensor] : files.back()->tensors()) {
            const bool isNew =
                byName.emplace(hubWeightName(stored), Place{files.back(), &tensor}).second;
            if (!isNew) fail(stored + " is stored twice");
        }
    }

    void check(const WeightShape& shape) const {
        const auto found = byName.find(shape.name);
        if (found == byName.end()) fail("the tensor " + shape.name + " is missing");
        const StoredTensor& tensor = *found->second.tensor;
        const std::string file = found->second.file->path().filename().string();
        if (tensor.shape != shape.shape) {
            fail(shape.name + " in " + file + " is " + shapeText(tensor.shape) +
                 ", config.json calls for " + shapeText(shape.shape));
        }
        if (scalarType(tensor.dtype) == at::ScalarType::Undefined) {
            fail(shape.name + " in " + file + " is " + tensor.dtype +
                 ", expected BF16, F16 or F32");
        }
    }

    const Place& place(const std::string& name) const {
        const auto found = byName.find(name);
        if (found == byName.end()) fail("the tensor " + name + " is missing");
        return found->second;
    }
};

Checkpoint::Checkpoint(std::unique_ptr<Files> files) : files_(std::move(files)) {}

Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

Checkpoint Checkpoint::open(const fs::path& folder, const ModelConfig* config) {
    auto files = std::make_unique<Files>();
    files->folder = folder;
    if (fs::exists(folder / kSingleFile)) {
        files->openFile(kSingleFile);
    } else if (fs::exists(folder / kIndexFile)) {
        const auto shards = readIndex(folder / kIndexFile);
        // All names first: a missing shard is the likelier trouble and the cheaper one to see.
        for (const auto& [shard, tensors] : shards) {
            if (!fs::exists(folder / shard))
                files->fail("the weight file " + shard + " is missing");
        }
        for (const auto& [shard, tensors] : shards) {
            files->openFile(shard);
            for (const std::string& tensor : tensors) {
                if (!files->files.back()->tensors().contains(tensor)) {
                    files->fail(shard + " lacks " + tensor + ", which the index promises");
                }
            }
        }
    } else {
        files->fail(std::string("neither ") + kSingleFile + " nor " + kIndexFile + " is there");
    }
    if (config) {
        std::vector<WeightShape> shapes = weightShapes(*config);
        if (files->byName.contains(kHeadWeight)) shapes.push_back(headShape(*config));
        for (const WeightShape& shape : shapes) {
            files->check(shape);
            files->wanted.push_back(shape.name);
        }
    } else {
        for (const auto& [name, place] : files->byName) files->wanted.push_back(name);
    }
    return Checkpoint(std::move(files));
}

bool Checkpoint::has(const std::string& name) const {
    return files_->byName.contains(name);
}

std::vector<TensorInfo> Checkpoint::tensors() const {
    std::vector<TensorInfo> list;
    for (const auto& [name, place] : files_->byName) {
        list.push_back({name, place.tensor->shape, place.tensor->dtype});
    }
    return list;
}

at::Tensor Checkpoint::stored(const std::string& name) const {
    const Files::Place& place = files_->place(name);
    const at::ScalarType type = scalarType(place.tensor->dtype);
    ENSURE(type != at::ScalarType::Undefined, "only checked tensors are handed out");
    // from_blob wants a pointer it may write to. The mapping is read-only, so a write would be
    // stopped by the hardware rather than reach the file.
    at::Tensor view = at::from_blob(
        const_cast<std::byte*>(place.data()), place.tensor->shape,
        [file = place.file](void*) mutable { file.reset(); }, at::TensorOptions().dtype(type));
    if (place.isAligned()) return view;
    at::Tensor copy = at::empty(place.tensor->shape, at::TensorOptions().dtype(type));
    std::copy_n(place.data(), place.tensor->bytes, static_cast<std::byte*>(copy.data_ptr()));
    return copy;
}

at::Tensor Checkpoint::load(const std::string& name, const ComputeTarget& target,
                            const CancelToken& cancel, const ByteProgress& progress) const {
    const Files::Place& place = files_->place(name);
    try {
        throwIfCancelled(cancel);
        const at::Tensor source = stored(name);
        if (place.isReadInPlace(target)) return source;
        const std::int64_t values = source.numel();
        const auto total = static_cast<std::int64_t>(place.tensor->bytes);
        const at::Tensor copy = toTarget(source, target, cancel, [&](std::int64_t done) {
            if (progress) progress(total / values * done, total);
        });
        place.file->mapping().release(place.tensor->offset, place.tensor->bytes);
        return copy;
    } catch (...) {
        rethrowDeviceError(target.cudaDevice, "loading the weight " + name);
    }
}

void Checkpoint::preload(const ByteProgress& progress, const CancelToken& cancel) const {
    constexpr std::uint64_t kStep = 2 << 20;  // a fifth of a second of a disk at 10 MB/s
    constexpr std::uint64_t kPage = 4096;
    std::int64_t total = 0, done = 0;
    for (const auto& file : files_->files)
        total += static_cast<std::int64_t>(file->mapping().size());
    for (const auto& file : files_->files) {
        const FileMapping& mapping = file->mapping();
        for (std::uint64_t begin = 0; begin < mapping.size(); begin += kStep) {
            throwIfCancelled(cancel);
            const std::uint64_t end = std::min(begin + kStep, mapping.size());
            for (std::uint64_t at = begin; at < end; at += kPage) {
                // A volatile read: the only purpose is to have the page brought in.
                (void)*static_cast<const volatile std::byte*>(mapping.data() + at);
            }
            done += static_cast<std::int64_t>(end - begin);
            if (progress) progress(done, total);
        }
    }
}

std::int64_t Checkpoint::parameters() const {
    std::int64_t count = 0;
    for (const auto& [name, place] : files_->byName) count += place.values();
    return count;
}

WeightBytes Checkpoint::bytesOf(const std::string& name, const ComputeTarget& target) const {
    const Files::Place& place = files_->place(name);
    const std::int64_t bytes = place.values() * target.bytesPerValue();
    return {bytes, place.isReadInPlace(target) ? 0 : bytes};
}

WeightBytes Checkpoint::weightBytes(const ComputeTarget& target) const {
    WeightBytes sum;
    for (const std::string& name : files_->wanted) {
        const WeightBytes one = bytesOf(name, target);
        sum.all += one.all;
        sum.copied += one.copied;
    }
    return sum;
}

at::Tensor CheckpointWeights::tensor(const std::string& name) const {
    return checkpoint_.load(name, target_, cancel_);
}

std::int64_t CheckpointWeights::bytes(const std::string& name) const {
    return checkpoint_.bytesOf(name, target_).all;
}

}  // namespace reelquery
