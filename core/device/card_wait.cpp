#include "core/device/card_wait.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/Event.h>

#include <chrono>
#include <thread>

namespace reelquery {

void cudaFinish(int card) {
    at::accelerator::synchronizeDevice(static_cast<at::DeviceIndex>(card));
}

void cudaFinishAsleep(int card) {
    c10::Event end(at::kCUDA);
    end.record(at::accelerator::getCurrentStream(static_cast<at::DeviceIndex>(card)));
    waitAsleep(end);
    cudaFinish(card);  // nothing on other streams takes long
}

void waitAsleep(const c10::Event& event) {
    // No longer than what the system adds to any sleep.
    constexpr std::chrono::microseconds kNap{50};
    while (!event.query()) std::this_thread::sleep_for(kNap);
}

}  // namespace reelquery
