#include "vision/video/frame_index.h"

#include "core/base/error.h"

namespace reelquery {

std::size_t startKeyFor(const FrameIndex& index, std::size_t target) {
    ENSURE(index.isExact() && target < index.frames.size(), "the frame must be in an exact index");
    const IndexedFrame& wanted = index.frames[target];
    for (std::size_t i = target + 1; i-- > 0;) {
        const IndexedFrame& frame = index.frames[i];
        if (frame.isKey && frame.decodeOrder <= wanted.decodeOrder) return i;
    }
    return 0;
}

}  // namespace reelquery
