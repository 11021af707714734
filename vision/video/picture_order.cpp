#include "vision/video/picture_order.h"

#include <new>
#include <string_view>

namespace reelquery {

PictureOrder::PictureOrder(MediaInput& input) {
    const AVCodecParameters& parameters = *input.stream().codecpar;
    const bool counts =
        parameters.codec_id == AV_CODEC_ID_H264 || parameters.codec_id == AV_CODEC_ID_HEVC;
    const bool isAvi = std::string_view(input.format().iformat->name) == "avi";
    if (!counts || !(isAvi || input.isElementary())) return;
    codec_.reset(avcodec_alloc_context3(&input.decoder()));
    if (!codec_ || avcodec_parameters_to_context(codec_.get(), &parameters) < 0) {
        throw std::bad_alloc();
    }
    parser_.reset(av_parser_init(parameters.codec_id));
    if (parser_) parser_->flags |= PARSER_FLAG_COMPLETE_FRAMES;
}

void PictureOrder::read(const AVPacket& packet, ScannedPacket& scanned) {
    std::uint8_t* frame = nullptr;
    int bytes = 0;
    av_parser_parse2(parser_.get(), codec_.get(), &frame, &bytes, packet.data, packet.size,
                     packet.pts, packet.dts, packet.pos);
    scanned.pictureOrder = parser_->output_picture_number;
    scanned.isKey = parser_->key_frame == 1;
}

}  // namespace reelquery
