#include "vision/sound/sound_input.h"

#include <cstdint>
#include <new>
#include <string>

#include "core/base/error.h"
#include "vision/video/file_checks.h"
#include "vision/video/one_file_only.h"
#include "vision/video/other_files.h"

namespace reelquery {

namespace {

int stopRequested(void* token) {
    return static_cast<const CancelToken*>(token)->stop_requested();
}

[[noreturn]] void refuseToOpen(const std::filesystem::path& path, int averror) {
    if (averror == AVERROR(ENOMEM)) throw std::bad_alloc();
    const std::string name = shownName(path);
    if (const auto verdict = namesOtherFiles(path)) {
        throw Error(ErrorCode::kVideo, name + " " + verdict->what, verdict->hint);
    }
    if (averror != AVERROR_INVALIDDATA) {
        throw Error(ErrorCode::kVideo, "cannot open " + name + ": " + av::errorText(averror),
                    "try to play it elsewhere");
    }
    throw Error(ErrorCode::kVideo,
                name + (looksLikeMp4(path) ? " has no readable index (moov): it was cut short or "
                                             "never finished"
                                           : " is neither a video nor sound in a known format"),
                "copy or download it again");
}

std::string tag(AVDictionary* metadata, const char* key) {
    const AVDictionaryEntry* entry = av_dict_get(metadata, key, nullptr, 0);
    return entry ? entry->value : std::string();
}

}  // namespace

SoundInput::SoundInput(const std::filesystem::path& path, const CancelToken& cancel)
    : path_(path), cancel_(cancel) {
    checkReadableFile(path_);
    AVFormatContext* context = avformat_alloc_context();
    if (!context) throw std::bad_alloc();
    context->interrupt_callback = {stopRequested, const_cast<CancelToken*>(&cancel_)};
    av::Options options;
    keepToOneFile(options);
    const std::string url = "file:" + path_.string();
    const int opened = avformat_open_input(&context, url.c_str(), nullptr, options.address());
    throwIfCancelled(cancel_);
    if (opened < 0) refuseToOpen(path_, opened);  // FFmpeg has freed the context
    input_.reset(context);
    const int found = avformat_find_stream_info(input_.get(), nullptr);
    throwIfCancelled(cancel_);
    if (found < 0) refuseToOpen(path_, found);
}

SoundInfo SoundInput::info() const {
    SoundInfo info;
    info.path = path_;
    for (unsigned i = 0; i < input_->nb_streams; ++i) {
        const AVStream& stream = *input_->streams[i];
        const AVCodecParameters& parameters = *stream.codecpar;
        if (parameters.codec_type != AVMEDIA_TYPE_AUDIO) continue;
        info.tracks.push_back({static_cast<int>(i), avcodec_get_name(parameters.codec_id),
                               tag(stream.metadata, "language"), tag(stream.metadata, "title"),
                               parameters.ch_layout.nb_channels, parameters.sample_rate,
                               (stream.disposition & AV_DISPOSITION_DEFAULT) != 0});
    }
    const int best = av_find_best_stream(input_.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
    if (!info.tracks.empty()) info.best = best >= 0 ? best : info.tracks.front().streamIndex;
    if (input_->duration > 0) {
        info.durationS = static_cast<double>(input_->duration) / AV_TIME_BASE;
    }
    return info;
}

void SoundInput::use(int streamIndex) {
    ENSURE(streamIndex >= 0 && streamIndex < static_cast<int>(input_->nb_streams),
           "the track is one of the file's");
    for (unsigned i = 0; i < input_->nb_streams; ++i) {
        input_->streams[i]->discard =
            static_cast<int>(i) == streamIndex ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
    stream_ = input_->streams[streamIndex];
}

double SoundInput::startS() const {
    const std::int64_t start = input_->start_time;
    return start == AV_NOPTS_VALUE ? 0 : static_cast<double>(start) / AV_TIME_BASE;
}

bool SoundInput::read(AVPacket& packet) {
    for (;;) {
        throwIfCancelled(cancel_);
        const int status = av_read_frame(input_.get(), &packet);
        if (status < 0) {
            throwIfCancelled(cancel_);
            if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
            // A file that was cut short is told by its demuxer or by its reader, rarely by both.
            readFailed_ = status != AVERROR_EOF || (input_->pb && input_->pb->error < 0);
            return false;
        }
        if (packet.stream_index == stream_->index) return true;
        av_packet_unref(&packet);
    }
}

bool SoundInput::seek(double timeS) {
    const double ticks = (timeS + startS()) / av_q2d(stream_->time_base);
    return av_seek_frame(input_.get(), stream_->index, static_cast<std::int64_t>(ticks),
                         AVSEEK_FLAG_BACKWARD) >= 0;
}

}  // namespace reelquery
