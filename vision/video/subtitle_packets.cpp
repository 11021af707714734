#include "vision/video/subtitle_packets.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/base/error.h"
#include "vision/video/subtitle_encoding.h"

namespace reelquery {

namespace {

/// Stands between the texts of packets while their encoding is guessed: a control character that no
/// subtitle holds, on a line of its own.
constexpr std::string_view kSeam = "\n\x1e\n";

/// Frees what a decoded subtitle points to.
class SubtitleScope {
  public:
    explicit SubtitleScope(AVSubtitle& subtitle) : subtitle_(subtitle) {}

    SubtitleScope(const SubtitleScope&) = delete;
    SubtitleScope& operator=(const SubtitleScope&) = delete;

    ~SubtitleScope() { avsubtitle_free(&subtitle_); }

  private:
    AVSubtitle& subtitle_;
};

}  // namespace

SubtitlePackets::Form SubtitlePackets::formOf(AVCodecID codec) {
    switch (codec) {
        case AV_CODEC_ID_SUBRIP:
        case AV_CODEC_ID_TEXT:
            return Form::kSubRip;
        case AV_CODEC_ID_WEBVTT:
            return Form::kWebVtt;
        case AV_CODEC_ID_ASS:
            return Form::kDialogue;
        case AV_CODEC_ID_MOV_TEXT:
            return Form::kMovText;
        default:
            return Form::kOther;
    }
}

SubtitlePackets::SubtitlePackets(const AVStream& stream, double zeroS, std::string name)
    : stream_(stream), zeroS_(zeroS), form_(formOf(stream.codecpar->codec_id)) {
    if (form_ != Form::kOther) return;
    const AVCodec* decoder = avcodec_find_decoder(stream.codecpar->codec_id);
    codec_.reset(decoder ? avcodec_alloc_context3(decoder) : nullptr);
    if (codec_) codec_->pkt_timebase = stream.time_base;
    if (!codec_ || avcodec_parameters_to_context(codec_.get(), stream.codecpar) < 0 ||
        avcodec_open2(codec_.get(), decoder, nullptr) < 0) {
        throw Error(ErrorCode::kVideo,
                    "the subtitles of " + name + " (" +
                        avcodec_get_name(stream.codecpar->codec_id) + ") cannot be decoded here",
                    "give them as an .srt file, or leave subtitles off");
    }
}

void SubtitlePackets::add(const AVPacket& packet) {
    if (packet.pts == AV_NOPTS_VALUE) {
        ++unreadable_;
        return;
    }
    const double tickS = av_q2d(stream_.time_base);
    RawText raw;
    raw.fromS = static_cast<double>(packet.pts) * tickS - zeroS_;
    raw.toS = raw.fromS + static_cast<double>(std::max<std::int64_t>(packet.duration, 0)) * tickS;
    if (form_ == Form::kOther) return decode(packet, std::move(raw));
    if (packet.size > 0) {
        raw.bytes.assign(reinterpret_cast<const char*>(packet.data),
                         static_cast<std::size_t>(packet.size));
    }
    if (form_ == Form::kMovText) return takeMovText(std::move(raw));
    texts_.push_back(std::move(raw));
}

/// 3GPP timed text: length in two bytes, text, boxes of style. The text is UTF-8, or UTF-16 with a
/// mark.
void SubtitlePackets::takeMovText(RawText raw) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(raw.bytes[at]); };
    const std::size_t length = raw.bytes.size() < 2 ? 0 : byte(0) * 256U + byte(1);
    if (length + 2 > raw.bytes.size()) {
        ++unreadable_;
        return;
    }
    raw.bytes = raw.bytes.substr(2, length);
    std::replace(raw.bytes.begin(), raw.bytes.end(), '\r', '\n');
    if (raw.bytes.starts_with("\xfe\xff") || raw.bytes.starts_with("\xff\xfe")) {
        raw.bytes = decodeSubtitleBytes(raw.bytes).text;
    }
    texts_.push_back(std::move(raw));
}

void SubtitlePackets::decode(const AVPacket& packet, RawText raw) {
    AVSubtitle subtitle = {};
    int got = 0;
    // The decoder's signature wants to write; it does not.
    const int status =
        avcodec_decode_subtitle2(codec_.get(), &subtitle, &got, const_cast<AVPacket*>(&packet));
    const SubtitleScope scope(subtitle);
    if (status < 0) ++unreadable_;
    for (unsigned i = 0; status >= 0 && got && i < subtitle.num_rects; ++i) {
        if (!subtitle.rects[i]->ass) continue;
        raw.bytes = subtitle.rects[i]->ass;
        texts_.push_back(raw);
    }
}

ShownLines SubtitlePackets::linesOf(std::string_view text) const {
    switch (form_) {
        case Form::kSubRip:
            return linesOfSubRip(text);
        case Form::kWebVtt:
            return linesOfWebVtt(text);
        case Form::kMovText:
            return linesOfPlainText(text);
        case Form::kDialogue:
        case Form::kOther:
            return linesOfDialogue(text);
    }
    return {};
}

std::vector<TimedLines> SubtitlePackets::take(std::string& readAs) {
    std::string all;
    for (const RawText& raw : texts_) {
        all += raw.bytes;
        all += kSeam;
    }
    const DecodedText decoded = decodeSubtitleBytes(all);
    readAs = decoded.readAs;
    std::string_view rest = decoded.text;
    std::vector<TimedLines> cues;
    for (const RawText& raw : texts_) {
        const std::size_t end = rest.find(kSeam);
        ShownLines lines = linesOf(rest.substr(0, end));
        if (!lines.empty()) cues.push_back({raw.fromS, raw.toS, std::move(lines)});
        rest.remove_prefix(std::min(end + kSeam.size(), rest.size()));
    }
    texts_.clear();
    return cues;
}

}  // namespace reelquery
