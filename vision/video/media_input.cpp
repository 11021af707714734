#include "vision/video/media_input.h"

#include <string>
#include <string_view>

extern "C" {
#include <libavutil/dovi_meta.h>
}

#include "core/base/error.h"
#include "vision/video/file_checks.h"
#include "vision/video/file_end.h"
#include "vision/video/file_kind.h"
#include "vision/video/frame_facts.h"
#include "vision/video/one_file_only.h"
#include "vision/video/other_files.h"

namespace reelquery {
namespace {

constexpr const char* kPatientBytes = "100000000";
constexpr const char* kPatientMicroseconds = "100000000";

int stopRequested(void* token) {
    return static_cast<const CancelToken*>(token)->stop_requested();
}

[[noreturn]] void refuseInput(std::string message, std::string hint) {
    throw Error(ErrorCode::kVideo, std::move(message), std::move(hint));
}

/// Where the file is of a kind that cannot be read here, says which.
void refuseUnusableKind(const std::filesystem::path& path) {
    auto verdict = unusableKind(path);
    if (!verdict) verdict = namesOtherFiles(path);
    if (verdict) refuseInput(shownName(path) + " " + verdict->what, verdict->hint);
}

[[noreturn]] void refuseEncrypted(const std::filesystem::path& path) {
    refuseInput(
        shownName(path) + " is encrypted against copying, so its pictures cannot be decoded",
        "use a copy without protection");
}

bool isEncrypted(const AVStream& stream) {
    constexpr unsigned kEncrypted = MKTAG('e', 'n', 'c', 'v');
    return stream.codecpar->codec_tag == kEncrypted ||
           !av::sideData(stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO).empty();
}

/// Dolby Vision's profile of its own colours, with no ordinary picture below.
bool isDolbyVisionOnly(const AVStream& stream) {
    constexpr int kProfileWithoutBase = 5;
    const auto bytes = av::sideData(stream, AV_PKT_DATA_DOVI_CONF);
    const auto* record = reinterpret_cast<const AVDOVIDecoderConfigurationRecord*>(bytes.data());
    return !bytes.empty() && record->dv_profile == kProfileWithoutBase;
}

/// VP8 and VP9 keep transparency in a second stream beside each picture, which FFmpeg's own
/// decoders pass over.
const AVCodec* decoderFor(const AVStream& stream) {
    const AVCodecID codec = stream.codecpar->codec_id;
    const AVDictionaryEntry* alpha = av_dict_get(stream.metadata, "alpha_mode", nullptr, 0);
    const char* name = codec == AV_CODEC_ID_VP8   ? "libvpx"
                       : codec == AV_CODEC_ID_VP9 ? "libvpx-vp9"
                                                  : nullptr;
    if (alpha && std::string_view(alpha->value) == "1" && name) {
        if (const AVCodec* decoder = avcodec_find_decoder_by_name(name)) return decoder;
    }
    return avcodec_find_decoder(codec);
}

[[noreturn]] void refuseToOpen(const std::filesystem::path& path, int averror) {
    const std::string name = shownName(path);
    refuseUnusableKind(path);
    // FFmpeg says so, too, when a damaged file asks for an absurd amount.
    if (averror == AVERROR(ENOMEM)) {
        refuseInput(name + " is damaged: it asks for more memory than can be",
                    "copy or download it again");
    }
    if (averror != AVERROR_INVALIDDATA) {
        refuseInput("cannot open " + name + ": " + av::errorText(averror),
                    "try to play it elsewhere");
    }
    if (looksLikeMp4(path) && hasWholeMoov(path)) {
        refuseInput(name + " is damaged: its index (moov) cannot be read",
                    "copy or download it again");
    }
    if (looksLikeMp4(path)) {
        refuseInput(name + " has no readable index (moov): it was cut short or never finished",
                    "copy or download it again, or record it anew");
    }
    refuseInput(name + " is not a video or picture in a known format",
                "check that it is not another kind of file with a video's ending");
}

}  // namespace

MediaInput::MediaInput(const std::filesystem::path& path, const CancelToken& cancel,
                       int streamIndex)
    : path_(path), cancel_(cancel), wantedStream_(streamIndex) {
    checkReadableFile(path_);
    open(false);
    if (pickStream()) return;
    open(true);
    if (pickStream()) return;
    refuseUnusableKind(path_);
    refuseInput(shownName(path_) +
                    " does not say how large its picture is, and no frame of it can be "
                    "decoded",
                "copy or download it again");
}

/// isPatient: looks further into the file than FFmpeg would, for pictures that begin long after
/// the sound.
void MediaInput::open(bool isPatient) {
    AVFormatContext* context = avformat_alloc_context();
    if (!context) throw std::bad_alloc();
    context->interrupt_callback = {stopRequested, const_cast<CancelToken*>(&cancel_)};
    context->flags |= AVFMT_FLAG_GENPTS;  // AVI stores none; worked out, they are exact
    av::Options options;
    keepToOneFile(options);
    if (isPatient) {
        options.set("probesize", kPatientBytes);
        options.set("analyzeduration", kPatientMicroseconds);
    }
    const std::string url = "file:" + path_.string();
    const int opened = avformat_open_input(&context, url.c_str(), nullptr, options.address());
    throwIfCancelled(cancel_);
    if (opened < 0) refuseToOpen(path_, opened);  // FFmpeg has freed the context
    input_.reset(context);
    const int found = avformat_find_stream_info(input_.get(), nullptr);
    throwIfCancelled(cancel_);
    if (found < 0) refuseToOpen(path_, found);
    if (std::string_view(input_->iformat->name) == "tty") {
        refuseInput(shownName(path_) + " is a text file, not a video", "choose a video file");
    }
}

/// Returns false when the stream's size is not known.
bool MediaInput::pickStream() {
    const std::string name = shownName(path_);
    const int picked =
        av_find_best_stream(input_.get(), AVMEDIA_TYPE_VIDEO, wantedStream_, -1, nullptr, 0);
    const bool isCover = picked >= 0 && (input_->streams[picked]->disposition &
                                         AV_DISPOSITION_ATTACHED_PIC);  // of a music file
    if (picked < 0 || isCover) {
        refuseUnusableKind(path_);
        const bool hasSound =
            av_find_best_stream(input_.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0) >= 0;
        refuseInput(name + (hasSound ? " has sound but no picture" : " holds no video stream"),
                    "choose a file with video in it");
    }
    stream_ = input_->streams[picked];
    av::keepNamedColours(*stream_->codecpar);
    const AVCodecParameters& parameters = *stream_->codecpar;
    if (isEncrypted(*stream_)) refuseEncrypted(path_);
    if (isDolbyVisionOnly(*stream_)) {
        refuseInput(name + " is Dolby Vision of profile 5, whose colours cannot be decoded here",
                    "convert it to HDR10 or to ordinary colours first");
    }
    decoder_ = decoderFor(*stream_);
    if (!decoder_) {
        const std::string codec = parameters.codec_id == AV_CODEC_ID_NONE
                                      ? "of an unknown kind"
                                      : avcodec_get_name(parameters.codec_id);
        refuseInput("the video codec of " + name + " (" + codec + ") cannot be decoded here",
                    "convert it to H.264 first");
    }
    if (parameters.width <= 0 || parameters.height <= 0) return false;
    for (unsigned i = 0; i < input_->nb_streams; ++i) {
        if (static_cast<int>(i) != picked) input_->streams[i]->discard = AVDISCARD_ALL;
    }
    return true;
}

bool MediaInput::next(AVPacket& packet) {
    throwIfCancelled(cancel_);
    const int status = av_read_frame(input_.get(), &packet);
    if (status >= 0) {
        if (av_packet_get_side_data(&packet, AV_PKT_DATA_ENCRYPTION_INFO, nullptr)) {
            refuseEncrypted(path_);
        }
        return true;
    }
    throwIfCancelled(cancel_);
    readFailed_ = status != AVERROR_EOF;
    return false;
}

bool MediaInput::read(AVPacket& packet) {
    while (next(packet)) {
        if (packet.stream_index == stream_->index) return true;
        av_packet_unref(&packet);
    }
    return false;
}

bool MediaInput::readAny(AVPacket& packet) {
    while (next(packet)) {
        const AVStream& stream = *input_->streams[packet.stream_index];
        if (stream.discard != AVDISCARD_ALL) return true;
        av_packet_unref(&packet);
    }
    return false;
}

void MediaInput::includeSound() {
    for (unsigned i = 0; i < input_->nb_streams; ++i) {
        AVStream& stream = *input_->streams[i];
        if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO) stream.discard = AVDISCARD_DEFAULT;
    }
}

bool MediaInput::seek(std::int64_t ptsTicks) {
    return av_seek_frame(input_.get(), stream_->index, ptsTicks, AVSEEK_FLAG_BACKWARD) >= 0;
}

bool MediaInput::seekToByte(std::int64_t position) {
    return av_seek_frame(input_.get(), -1, position, AVSEEK_FLAG_BYTE) >= 0;
}

std::int64_t MediaInput::startTicks() const {
    // mp4 and mov have a time line of their own, whose 0 players keep wherever the pictures begin.
    const std::string_view name = input_->iformat->name;
    const bool isMp4 = name.find("mp4") != std::string_view::npos;
    if (isMp4 && (input_->start_time == AV_NOPTS_VALUE || input_->start_time >= 0)) return 0;
    if (input_->start_time != AV_NOPTS_VALUE) {
        return av_rescale_q(input_->start_time, AVRational{1, AV_TIME_BASE}, stream_->time_base);
    }
    return stream_->start_time != AV_NOPTS_VALUE ? stream_->start_time : 0;
}

bool MediaInput::isBroadcast() const {
    const std::string_view name = input_->iformat->name;
    return name == "mpegts" || name == "mpeg";
}

bool MediaInput::beginsPacketsWhole() const {
    return std::string_view(input_->iformat->name) != "mpeg";
}

bool MediaInput::isElementary() const {
    const std::string_view name = input_->iformat->name;
    return name == "h264" || name == "hevc";
}

}  // namespace reelquery
