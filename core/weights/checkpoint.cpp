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
#include "core/spec/gguf_header.h"
#include "core/spec/model_config.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/card_linear.h"
#include "core/weights/checkpoint_files.h"
#include "core/weights/packed_linear.h"
#include "core/weights/weight_packing.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

/// The same number type in the machine's memory.
ComputeTarget onHost(ComputeTarget target) {
    target.cudaDevice = -1;
    return target;
}

/// torch reads values in place only where they lie on a multiple of their size.
bool isAligned(const TensorPlace& place) {
    const std::size_t size = at::elementSize(plainType(place.tensor->dtype));
    return reinterpret_cast<std::uintptr_t>(place.data()) % size == 0;
}

/// Whether a run takes the mapping itself.
bool isReadInPlace(const TensorPlace& place, const ComputeTarget& target) {
    return target.cudaDevice < 0 && plainType(place.tensor->dtype) == typeOf(target) &&
           isAligned(place);
}

at::Tensor storedTensor(const TensorPlace& place) {
    const at::ScalarType type = plainType(place.tensor->dtype);
    ENSURE(type != at::ScalarType::Undefined, "only checked tensors are handed out");
    // from_blob wants a pointer it may write to. The mapping is read-only, so a write would be
    // stopped by the hardware rather than reach the file.
    at::Tensor view = at::from_blob(
        const_cast<std::byte*>(place.data()), place.tensor->shape,
        [file = place.file](void*) mutable { file.reset(); }, at::TensorOptions().dtype(type));
    if (isAligned(place)) return view;
    at::Tensor copy = at::empty(place.tensor->shape, at::TensorOptions().dtype(type));
    std::copy_n(place.data(), place.tensor->bytes, static_cast<std::byte*>(copy.data_ptr()));
    return copy;
}

/// A piece of a tensor as float32 or as it is stored; GGUF blocks are unpacked.
at::Tensor pieceOf(const TensorPlace& place) {
    const auto format = blockFormat(place.tensor->dtype);
    if (!format) return storedTensor(place);
    PackedMatrix matrix;
    matrix.format = *format;
    matrix.inputs = place.tensor->shape.back();
    matrix.outputs = 1;
    for (std::size_t i = 0; i + 1 < place.tensor->shape.size(); ++i) {
        matrix.outputs *= place.tensor->shape[i];
    }
    matrix.words = at::from_blob(const_cast<std::byte*>(place.data()),
                                 {matrix.outputs, packedRowBytes(*format, matrix.inputs)},
                                 at::TensorOptions().dtype(at::kByte));
    return unpack(matrix).view(place.tensor->shape);
}

at::Tensor assembled(const CheckpointFiles::Pieces& pieces) {
    std::vector<at::Tensor> parts;
    for (const TensorPlace& place : pieces.places) parts.push_back(pieceOf(place));
    return pieces.isFramePair ? at::stack(parts, 2) : at::cat(parts);
}

/// Unpacked a slice of rows at a time, so that float32 takes no second model.
at::Tensor unpackedTo(const PackedMatrix& matrix, const ComputeTarget& target,
                      const CancelToken& cancel) {
    constexpr std::int64_t kSliceValues = std::int64_t{8} << 20;
    at::Tensor out = at::empty({matrix.outputs, matrix.inputs},
                               at::TensorOptions().dtype(typeOf(target)).device(deviceOf(target)));
    const std::int64_t unit = std::max<std::int64_t>(1, matrix.blockRows);
    const std::int64_t rows = std::max<std::int64_t>(1, kSliceValues / matrix.inputs / unit) * unit;
    for (std::int64_t begin = 0; begin < matrix.outputs; begin += rows) {
        throwIfCancelled(cancel);
        const std::int64_t end = std::min(matrix.outputs, begin + rows);
        out.narrow(0, begin, end - begin).copy_(unpack(matrix.slice(begin, end)));
    }
    return out;
}

}  // namespace

Checkpoint::Checkpoint(std::unique_ptr<CheckpointFiles> files) : files_(std::move(files)) {}

Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

Checkpoint Checkpoint::open(const fs::path& folder, const ModelConfig* config,
                            const fs::path& visionFile) {
    auto files = std::make_unique<CheckpointFiles>();
    files->folder = folder;
    std::error_code ignored;
    if (!fs::is_regular_file(folder, ignored)) {
        files->openFolder();
        files->check(config);
    } else if (config) {
        files->openGguf(*config, visionFile);
        files->check(config);
    } else {
        // What the tensors are called depends on what the model is.
        const ModelConfig own = readModelConfig(folder, visionFile);
        files->openGguf(own, visionFile);
        files->check(&own);
    }
    return Checkpoint(std::move(files));
}

bool Checkpoint::has(const std::string& name) const {
    return files_->has(name);
}

std::vector<TensorInfo> Checkpoint::tensors() const {
    std::vector<TensorInfo> list;
    for (const auto& [name, place] : files_->byName) {
        list.push_back({name, place.tensor->shape, place.tensor->dtype});
    }
    return list;
}

at::Tensor Checkpoint::stored(const std::string& name) const {
    if (const auto found = files_->pieces.find(name); found != files_->pieces.end()) {
        return assembled(found->second);
    }
    const auto found = files_->byName.find(name);
    if (found == files_->byName.end()) files_->fail("the tensor " + name + " is missing");
    return storedTensor(found->second);
}

at::Tensor Checkpoint::load(const std::string& name, const ComputeTarget& target,
                            const CancelToken& cancel, const ByteProgress& progress) const {
    try {
        throwIfCancelled(cancel);
        if (const PackedModule* module = files_->packedOf(name)) {
            return unpackedTo(
                readPacked(*module, files_->finder(), files_->quantization).to(deviceOf(target)),
                target, cancel);
        }
        const at::Tensor source = stored(name);
        const auto found = files_->byName.find(name);
        if (found == files_->byName.end()) return toTarget(source, target, cancel);
        const TensorPlace& place = found->second;
        if (isReadInPlace(place, target)) return source;
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

bool Checkpoint::isPacked(const std::string& module) const {
    return staysPacked(module) && files_->packed.contains(module);
}

std::vector<std::int64_t> Checkpoint::shapeOf(const std::string& name) const {
    return files_->shapeOf(name);
}

PackedMatrix Checkpoint::loadPacked(const std::string& module, const ComputeTarget& target,
                                    const CancelToken& cancel) const {
    try {
        throwIfCancelled(cancel);
        const auto found = files_->packed.find(module);
        if (found == files_->packed.end()) files_->fail(module + " is not packed");
        const PackedMatrix matrix =
            readPacked(found->second, files_->finder(), files_->quantization);
        if (target.cudaDevice >= 0) return matrix.to(deviceOf(target));
        if (found->second.storage != PackedStorage::kAwq &&
            found->second.storage != PackedStorage::kGptq) {
            return matrix;
        }
        // Its words were copied: the file's pages are not needed again.
        const TensorPlace qweight = files_->byName.at(module + ".qweight");
        qweight.file->mapping().release(qweight.tensor->offset, qweight.tensor->bytes);
        return matrix;
    } catch (...) {
        rethrowDeviceError(target.cudaDevice, "loading the weights of " + module);
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
    const auto valuesOf = [](const std::vector<std::int64_t>& shape) {
        std::int64_t values = 1;
        for (const std::int64_t side : shape) values *= side;
        return values;
    };
    std::int64_t count = 0;
    for (const std::string& name : files_->wanted) count += valuesOf(files_->shapeOf(name));
    const std::set<std::string> counted(files_->wanted.begin(), files_->wanted.end());
    for (const auto& [name, place] : files_->byName) {
        // Words, scales and the zero biases of a packed module stand for its matrix.
        if (counted.contains(name) || files_->packed.contains(name.substr(0, name.rfind('.')))) {
            continue;
        }
        count += valuesOf(place.tensor->shape);
    }
    return count;
}

WeightBytes Checkpoint::bytesOf(const std::string& name, const ComputeTarget& target,
                                WeightChoice packTo) const {
    const PackedModule* module = files_->packedOf(name);
    if (module && staysPacked(module->name)) {
        return {module->bytes, target.cudaDevice < 0 ? module->copied : module->bytes};
    }
    std::int64_t values = 1;
    const std::vector<std::int64_t> shape = files_->shapeOf(name);
    for (const std::int64_t side : shape) values *= side;
    const WeightChoice format = packedAs(name, packTo, target, has(kHeadWeight));
    if (!module && format != WeightChoice::kStored) {
        const std::int64_t bytes = packedBytes(format, shape[0], shape[1]);
        return {bytes, bytes};
    }
    const std::int64_t bytes = values * target.bytesPerValue();
    const auto found = files_->byName.find(name);
    const bool isPlace = !module && found != files_->byName.end();
    return {bytes, isPlace && isReadInPlace(found->second, target) ? 0 : bytes};
}

WeightBytes Checkpoint::weightBytes(const ComputeTarget& target, WeightChoice packTo) const {
    WeightBytes sum;
    for (const std::string& name : files_->wanted) {
        if (isHostTable(name, target)) continue;
        const WeightBytes one = bytesOf(name, target, packTo);
        sum.all += one.all;
        sum.copied += one.copied;
        if (isTowerWeight(name)) sum.tower += one.all;
    }
    return sum;
}

bool Checkpoint::isHostTable(const std::string& name, const ComputeTarget& target) const {
    return name == kEmbeddingWeight && target.cudaDevice >= 0 && has(kHeadWeight);
}

std::int64_t Checkpoint::hostTableBytes(const ComputeTarget& target) const {
    if (!isHostTable(kEmbeddingWeight, target)) return 0;
    return bytesOf(kEmbeddingWeight, onHost(target)).copied;
}

std::string Checkpoint::formatName(const ComputeTarget& target, WeightChoice packTo) const {
    std::map<std::string, std::int64_t> values;
    for (const std::string& name : files_->wanted) {
        if (!isLayerMatrix(name)) continue;
        const std::vector<std::int64_t> shape = files_->shapeOf(name);
        const PackedModule* module = files_->packedOf(name);
        std::string format = target.bfloat16 ? "bf16" : "float32";
        if (module) {
            format = packedFormatName(module->format);
        } else if (packTo != WeightChoice::kStored) {
            format = packedFormatName(packedFormatOf(packTo));
        }
        values[format] += shape[0] * shape[1];
    }
    const auto most =
        std::max_element(values.begin(), values.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == values.end() ? std::string() : most->first;
}

at::Tensor CheckpointWeights::tensor(const std::string& name) const {
    return checkpoint_.load(name, target_, cancel_);
}

std::int64_t CheckpointWeights::bytes(const std::string& name) const {
    return checkpoint_.bytesOf(name, target_, packTo_).all;
}

Linear CheckpointWeights::linear(const std::string& module, std::int64_t outputs,
                                 std::int64_t inputs, bool hasBias) const {
    if (!checkpoint_.isPacked(module)) {
        return WeightSource::linear(module, outputs, inputs, hasBias);
    }
    if (!hasBias) requireNoBias(module);
    const std::vector<std::int64_t> shape = checkpoint_.shapeOf(module + ".weight");
    if (shape != std::vector<std::int64_t>{outputs, inputs}) {
        throw Error(ErrorCode::kModel,
                    module + ".weight is " + shapeText(shape) + ", config.json calls for " +
                        shapeText({outputs, inputs}),
                    "the model folder mixes files of different models");
    }
    const at::Tensor bias =
        hasBias ? checkedTensor(*this, module + ".bias", {outputs}) : at::Tensor();
    auto map =
        makePackedLinear(checkpoint_.loadPacked(module, target_, cancel_), bias, typeOf(target_));
    madePacked(module, *map);
    return Linear(std::move(map));
}

Linear CheckpointWeights::hostTable(const std::string& module, std::int64_t rows,
                                    std::int64_t width) const {
    return CheckpointWeights(checkpoint_, onHost(target_), cancel_)
        .linear(module, rows, width, false);
}

void CheckpointWeights::madePacked(const std::string&, const LinearFormat& map) const {
    const auto* packed = dynamic_cast<const PackedLinear*>(&map);
    if (packed && !packed->isProductFast()) ++slowMaps_;
}

void CheckpointWeights::requireNoBias(const std::string& module) const {
    // Old packers gave every map a bias of zeros.
    const std::string name = module + ".bias";
    if (!checkpoint_.has(name)) return;
    if (checkpoint_.load(name, {}, cancel_).eq(0).all().item<bool>()) return;
    throw Error(ErrorCode::kModel,
                name + " is not zero, but models of this family have no bias there",
                "the model folder mixes files of different models");
}

}  // namespace reelquery
