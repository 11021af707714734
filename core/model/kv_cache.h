#pragma once
// Rotated keys and values of every token seen so far.
// Hkv key/value heads, D features of a head, n tokens.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/attention/narrow_token_attention.h"
#include "core/base/cancel.h"
#include "core/device/compute_target.h"
#include "core/spec/model_config.h"

namespace at {
class Tensor;
}

namespace reelquery {

/// Keys and values per layer, [Hkv, capacity, D] each, allocated once. Memory the system has not
/// been asked to touch costs nothing, so capacity may be generous. Confined to one thread.
class KvCache {
  public:
    /// narrow: one flag a layer, whether its keys and values are kept in 8 bits with a float32
    /// scale for each token and head (narrowRows()); empty: none is. Errors: kMemory.
    KvCache(const TextConfig& config, const ComputeTarget& target, std::int64_t capacity,
            const std::vector<bool>& narrow = {});
    KvCache(KvCache&&) noexcept;
    KvCache& operator=(KvCache&&) noexcept;
    ~KvCache();

    /// Tokens held by every layer.
    std::int64_t size() const;
    std::int64_t capacity() const;

    /// Bytes of the whole capacity.
    std::int64_t bytes() const;

    /// Grows the capacity, keeping what is held; never shrinks. Old and new memory exist together
    /// for one side of one layer at a time. What is held stays usable when this throws.
    /// Errors: kMemory, kCancelled (polled per side of a layer).
    void reserve(std::int64_t capacity, const CancelToken& cancel = {});

    /// Forgets all but the first n tokens. Requires 0 <= n <= size().
    void truncate(std::int64_t n);

    /// Writes the next tokens of one layer, k and v [Hkv, n, D], behind size(); they count once
    /// advance(n) was called after the last layer. Requires room.
    void write(std::int64_t layer, const at::Tensor& k, const at::Tensor& v);
    void advance(std::int64_t n);

    /// The first n tokens of a layer (n may include tokens just written), [Hkv, n, D] in the run's
    /// number type: a view, or a copy of a layer that is kept in 8 bits.
    at::Tensor keys(std::int64_t layer, std::int64_t n) const;
    at::Tensor values(std::int64_t layer, std::int64_t n) const;

    /// Whether a layer is kept in 8 bits, and then its first n tokens as they are kept.
    bool isNarrow(std::int64_t layer) const;
    NarrowRows narrowKeys(std::int64_t layer, std::int64_t n) const;
    NarrowRows narrowValues(std::int64_t layer, std::int64_t n) const;

    /// How often reserve() has moved keys and values to other memory.
    std::int64_t moves() const { return moves_; }

  private:
    struct Layers;
    std::unique_ptr<Layers> layers_;
    std::int64_t capacity_ = 0;
    std::int64_t size_ = 0;
    std::int64_t moves_ = 0;
};

}  // namespace reelquery
