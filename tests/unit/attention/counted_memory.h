#pragma once
// Memory of CPU tensors: counted, and filled with what no computation leaves there.

#include <c10/core/CPUAllocator.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>

namespace reelquery::test {

/// While it lives, every CPU tensor is counted, and starts as NaN. One at a time.
class CountedMemory final : public c10::Allocator {
  public:
    CountedMemory() : usual_(c10::GetCPUAllocator()) { c10::SetCPUAllocator(this, kPriority); }

    CountedMemory(const CountedMemory&) = delete;
    CountedMemory& operator=(const CountedMemory&) = delete;

    /// Tensors that are still there keep their memory, uncounted.
    ~CountedMemory() override { c10::SetCPUAllocator(usual_, kPriority); }

    /// Since the object was made.
    std::int64_t peakBytes() const { return peak_; }

    c10::DataPtr allocate(std::size_t bytes) override {
        auto* block = new Block{usual_->allocate(bytes), static_cast<std::int64_t>(bytes)};
        if (bytes > 0) std::memset(block->data.get(), 0xFF, bytes);
        held_ += block->bytes;
        peak_ = std::max(peak_, held_.load());
        return {block->data.get(), block, &give, block->data.device()};
    }

    void copy_data(void* to, const void* from, std::size_t bytes) const override {
        default_copy_data(to, from, bytes);
    }

  private:
    struct Block {
        c10::DataPtr data;
        std::int64_t bytes;
    };

    static constexpr std::uint8_t kPriority = 100;

    static void give(void* context) {
        auto* block = static_cast<Block*>(context);
        held_ -= block->bytes;
        delete block;
    }

    c10::Allocator* usual_;
    std::int64_t peak_ = 0;
    static inline std::atomic<std::int64_t> held_ = 0;  // outlives the tensors
};

}  // namespace reelquery::test
