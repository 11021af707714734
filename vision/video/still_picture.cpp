#include "vision/video/still_picture.h"

#include "core/base/error.h"
#include "vision/video/codec_session.h"
#include "vision/video/file_checks.h"
#include "vision/video/stream_facts.h"

namespace reelquery {
namespace {

bool decodeFirst(MediaInput& input, AVFrame& frame) {
    CodecSession codec(input, 1);
    const av::Packet packet = av::makePacket();
    while (input.read(*packet)) {
        const av::PacketScope scope(*packet);
        codec.send(packet.get(), true);
        if (codec.receive(frame)) return true;
    }
    codec.send(nullptr, true);
    return codec.receive(frame);
}

}  // namespace

void readStillPicture(MediaInput& input, VideoInfo& info) {
    const av::Frame frame = av::makeFrame();
    if (!decodeFirst(input, *frame)) {
        throw Error(ErrorCode::kVideo, shownName(info.path) + " is damaged: it cannot be decoded",
                    "copy or download it again");
    }
    const Orientation orientation =
        frameOrientation(*frame).value_or(streamOrientation(input.stream()));
    const double aspect =
        av_q2d(av_guess_sample_aspect_ratio(&input.format(), &input.stream(), frame.get()));
    info.codedWidth = frame->width;
    info.codedHeight = frame->height;
    const FrameSize shown = displaySize({frame->height, frame->width}, aspect, orientation);
    info.displayWidth = shown.width;
    info.displayHeight = shown.height;
    info.rotationDegrees = rotationDegrees(orientation);
    info.orientation = orientation;
}

}  // namespace reelquery
