#include "vision/video/still_picture.h"

#include "core/base/error.h"
#include "vision/video/codec_session.h"
#include "vision/video/exif_turn.h"
#include "vision/video/file_checks.h"
#include "vision/video/file_kind.h"
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

void showAs(VideoInfo& info, MediaInput& input, AVFrame& frame, const Orientation& orientation) {
    const double aspect =
        av_q2d(av_guess_sample_aspect_ratio(&input.format(), &input.stream(), &frame));
    info.codedWidth = frame.width;
    info.codedHeight = frame.height;
    const FrameSize shown = displaySize({frame.height, frame.width}, aspect, orientation);
    info.displayWidth = shown.width;
    info.displayHeight = shown.height;
    info.rotationDegrees = rotationDegrees(orientation);
    info.orientation = orientation;
}

}  // namespace

Orientation decodeStillPicture(MediaInput& input, AVFrame& frame) {
    const std::filesystem::path& path = input.path();
    if (!decodeFirst(input, frame)) {
        if (const auto verdict = unusableKind(path)) {
            throw Error(ErrorCode::kVideo, shownName(path) + " " + verdict->what, verdict->hint);
        }
        throw Error(ErrorCode::kVideo, shownName(path) + " is damaged: it cannot be decoded",
                    "copy or download it again");
    }
    if (input.stream().codecpar->codec_id == AV_CODEC_ID_MJPEG && isCutJpeg(path)) {
        throw Error(ErrorCode::kVideo,
                    shownName(path) + " is cut short: the lower part of the picture is missing",
                    "copy or download it again");
    }
    return frameOrientation(frame).value_or(
        exifTurn(path).value_or(streamOrientation(input.stream())));
}

void readStillPicture(MediaInput& input, VideoInfo& info) {
    const av::Frame frame = av::makeFrame();
    showAs(info, input, *frame, decodeStillPicture(input, *frame));
}

void readTurnInStream(MediaInput& input, VideoInfo& info) {
    const av::Frame frame = av::makeFrame();
    if (!decodeFirst(input, *frame)) return;
    if (const auto turn = frameOrientation(*frame)) showAs(info, input, *frame, *turn);
}

}  // namespace reelquery
