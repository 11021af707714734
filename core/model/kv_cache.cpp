#include "core/model/kv_cache.h"

#include <ATen/ATen.h>

#include <array>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/device/device_errors.h"
#include "core/device/torch_target.h"

namespace reelquery {

struct KvCache::Layers {
    std::vector<at::Tensor> keys;    // [Hkv, capacity, D] each; int8 where there are scales
    std::vector<at::Tensor> values;  // [Hkv, capacity, D] each
    // [Hkv, capacity, on a card up to a multiple of 4] float32; or undefined
    std::vector<at::Tensor> keyScales, valueScales;
    at::ScalarType type = at::kFloat;  // of the run

    auto all() { return std::array{&keys, &values, &keyScales, &valueScales}; }
};

namespace {

/// Tokens that scales are kept for: a card's kernels read four at a time.
std::int64_t scaleRoom(std::int64_t capacity, const at::TensorOptions& options) {
    return options.device().is_cuda() ? (capacity + 3) / 4 * 4 : capacity;
}

/// One side of one layer, uninitialised. A refused allocation becomes a message for a person.
at::Tensor allocate(const std::vector<std::int64_t>& shape, const at::TensorOptions& options) {
    try {
        return at::empty(shape, options);
    } catch (...) {
        const bool isCard = options.device().is_cuda();
        rethrowDeviceError(
            isCard ? options.device().index() : -1,
            "making room for the keys and values of " + std::to_string(shape[1]) + " tokens");
    }
}

}  // namespace

KvCache::KvCache(const TextConfig& config, const ComputeTarget& target, std::int64_t capacity,
                 const std::vector<bool>& narrow)
    : layers_(std::make_unique<Layers>()), capacity_(capacity) {
    ENSURE(capacity > 0, "a cache holds something");
    const auto options = at::TensorOptions().dtype(typeOf(target)).device(deviceOf(target));
    layers_->type = typeOf(target);
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        const bool isNarrow = !narrow.empty() && narrow[static_cast<std::size_t>(layer)];
        const auto own = isNarrow ? options.dtype(at::kChar) : options;
        for (auto* side : {&layers_->keys, &layers_->values}) {
            side->push_back(allocate({config.kvHeads, capacity, config.headDim}, own));
        }
        for (auto* side : {&layers_->keyScales, &layers_->valueScales}) {
            side->push_back(isNarrow ? allocate({config.kvHeads, scaleRoom(capacity, options)},
                                                options.dtype(at::kFloat))
                                     : at::Tensor());
        }
    }
}

KvCache::KvCache(KvCache&&) noexcept = default;
KvCache& KvCache::operator=(KvCache&&) noexcept = default;
KvCache::~KvCache() = default;

std::int64_t KvCache::size() const {
    return size_;
}

std::int64_t KvCache::capacity() const {
    return capacity_;
}

std::int64_t KvCache::bytes() const {
    std::int64_t bytes = 0;
    for (const auto* side : layers_->all()) {
        for (const at::Tensor& tensor : *side) {
            if (tensor.defined()) bytes += static_cast<std::int64_t>(tensor.nbytes());
        }
    }
    return bytes;
}

void KvCache::reserve(std::int64_t capacity, const CancelToken& cancel) {
    if (capacity <= capacity_) return;
    ++moves_;
    for (auto* side : layers_->all()) {
        for (at::Tensor& tensor : *side) {
            throwIfCancelled(cancel);
            if (!tensor.defined() || tensor.size(1) >= capacity)
                continue;  // of a call that was stopped
            std::vector<std::int64_t> shape = tensor.sizes().vec();
            shape[1] = shape.size() == 2 ? scaleRoom(capacity, tensor.options()) : capacity;
            at::Tensor larger = allocate(shape, tensor.options());
            larger.narrow(1, 0, size_).copy_(tensor.narrow(1, 0, size_));
            tensor = std::move(larger);
        }
    }
    capacity_ = capacity;
}

void KvCache::truncate(std::int64_t n) {
    ENSURE(n >= 0 && n <= size_, "only held tokens can be kept");
    size_ = n;
}

void KvCache::write(std::int64_t layer, const at::Tensor& k, const at::Tensor& v) {
    const std::int64_t n = k.size(1);
    ENSURE(size_ + n <= capacity_, "the caller reserved room");
    const auto at = static_cast<std::size_t>(layer);
    if (!isNarrow(layer)) {
        layers_->keys[at].narrow(1, size_, n).copy_(k);
        layers_->values[at].narrow(1, size_, n).copy_(v);
        return;
    }
    const NarrowRows keys = narrowRows(k), values = narrowRows(v);
    layers_->keys[at].narrow(1, size_, n).copy_(keys.values);
    layers_->keyScales[at].narrow(1, size_, n).copy_(keys.scales);
    layers_->values[at].narrow(1, size_, n).copy_(values.values);
    layers_->valueScales[at].narrow(1, size_, n).copy_(values.scales);
}

void KvCache::advance(std::int64_t n) {
    ENSURE(n >= 0 && size_ + n <= capacity_, "written tokens fit");
    size_ += n;
}

at::Tensor KvCache::keys(std::int64_t layer, std::int64_t n) const {
    if (isNarrow(layer)) return widened(narrowKeys(layer, n), layers_->type);
    return layers_->keys[static_cast<std::size_t>(layer)].narrow(1, 0, n);
}

at::Tensor KvCache::values(std::int64_t layer, std::int64_t n) const {
    if (isNarrow(layer)) return widened(narrowValues(layer, n), layers_->type);
    return layers_->values[static_cast<std::size_t>(layer)].narrow(1, 0, n);
}

bool KvCache::isNarrow(std::int64_t layer) const {
    return layers_->keyScales[static_cast<std::size_t>(layer)].defined();
}

NarrowRows KvCache::narrowKeys(std::int64_t layer, std::int64_t n) const {
    const auto at = static_cast<std::size_t>(layer);
    return {layers_->keys[at].narrow(1, 0, n), layers_->keyScales[at].narrow(1, 0, n)};
}

NarrowRows KvCache::narrowValues(std::int64_t layer, std::int64_t n) const {
    const auto at = static_cast<std::size_t>(layer);
    return {layers_->values[at].narrow(1, 0, n), layers_->valueScales[at].narrow(1, 0, n)};
}

}  // namespace reelquery
