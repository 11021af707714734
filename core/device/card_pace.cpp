#include "core/device/card_pace.h"

#include <ATen/DeviceAccelerator.h>

#include "core/device/card_wait.h"

namespace reelquery {

namespace {

constexpr std::size_t kLayersAhead = 4;

}  // namespace

CardPace::CardPace(int card) : card_(card) {}

void CardPace::endLayer() {
    if (card_ < 0) return;
    if (ends_.size() < kLayersAhead) {
        ends_.emplace_back(at::kCUDA);
        next_ = ends_.size() - 1;
    } else {
        next_ = (next_ + 1) % kLayersAhead;
        waitAsleep(ends_[next_]);
    }
    ends_[next_].record(at::accelerator::getCurrentStream(static_cast<at::DeviceIndex>(card_)));
}

}  // namespace reelquery
