#include "vision/video/subtitle_reader.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/base/error.h"
#include "vision/video/av_handles.h"
#include "vision/video/file_checks.h"
#include "vision/video/media_input.h"
#include "vision/video/subtitle_files.h"
#include "vision/video/subtitle_words.h"

namespace reelquery {
namespace {

constexpr std::uintmax_t kLongestText = 16 << 20;  // some hundred films' worth

[[noreturn]] void refuse(std::string message, std::string hint) {
    throw Error(ErrorCode::kVideo, std::move(message), std::move(hint));
}

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

/// Turns the packets of one stream into cues.
class CueDecoder {
  public:
    /// `charset`: what the text is in, null for UTF-8. `zeroS`: what counts as time 0, on the
    /// stream's clock.
    CueDecoder(const AVStream& stream, const char* charset, double zeroS, const std::string& name)
        : stream_(stream), zeroS_(zeroS) {
        const AVCodec* decoder = avcodec_find_decoder(stream.codecpar->codec_id);
        codec_.reset(decoder ? avcodec_alloc_context3(decoder) : nullptr);
        if (codec_) codec_->pkt_timebase = stream.time_base;
        av::Options options;
        if (charset) options.set("sub_charenc", charset);
        if (!codec_ || avcodec_parameters_to_context(codec_.get(), stream.codecpar) < 0 ||
            avcodec_open2(codec_.get(), decoder, options.address()) < 0) {
            refuse("the subtitles of " + name + " (" + avcodec_get_name(stream.codecpar->codec_id) +
                       ") cannot be decoded here",
                   "give them as an .srt file, or leave subtitles off");
        }
    }

    void decode(AVPacket& packet, SubtitleText& text) {
        AVSubtitle subtitle = {};
        int got = 0;
        const int status = avcodec_decode_subtitle2(codec_.get(), &subtitle, &got, &packet);
        const SubtitleScope scope(subtitle);
        if (status < 0 || packet.pts == AV_NOPTS_VALUE) {
            ++text.unreadable;
            return;
        }
        const double tickS = av_q2d(stream_.time_base);
        SubtitleCue cue;
        cue.fromS = static_cast<double>(packet.pts) * tickS - zeroS_;
        cue.toS =
            cue.fromS + static_cast<double>(std::max<std::int64_t>(packet.duration, 0)) * tickS;
        for (unsigned i = 0; got && i < subtitle.num_rects; ++i) {
            if (!subtitle.rects[i]->ass) continue;
            cue.text = wordsOfDialogue(subtitle.rects[i]->ass);
            if (!cue.text.empty()) text.cues.push_back(cue);
        }
    }

  private:
    const AVStream& stream_;
    const double zeroS_;
    av::Codec codec_;
};

/// Orders the cues; of the same words at the same time (layers of a styled track) one is kept.
void arrange(std::vector<SubtitleCue>& cues) {
    std::stable_sort(cues.begin(), cues.end(),
                     [](const SubtitleCue& a, const SubtitleCue& b) { return a.fromS < b.fromS; });
    cues.erase(std::unique(cues.begin(), cues.end(),
                           [](const SubtitleCue& a, const SubtitleCue& b) {
                               return a.fromS == b.fromS && a.text == b.text;
                           }),
               cues.end());
}

/// What a player's clock starts from, see Note [Time stamps]; .srt files count from there, too.
double startS(const AVFormatContext& format) {
    const std::int64_t start = format.start_time;
    return start == AV_NOPTS_VALUE ? 0 : static_cast<double>(start) / AV_TIME_BASE;
}

/// ISO 8859-1 where the text is neither UTF-8 nor marked as UTF-16, which the demuxer turns into
/// UTF-8 itself.
const char* charsetOf(const std::string& bytes) {
    const bool isUtf16 = bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
    return isUtf16 || isUtf8(bytes) ? nullptr : "ISO-8859-1";
}

av::Input openText(const std::filesystem::path& file) {
    const bool isSrt = file.extension().string().find_first_of("sS") == 1;
    AVFormatContext* context = nullptr;
    av::Options options;
    options.set("protocol_whitelist", "file");
    const std::string url = "file:" + file.string();
    const int opened = avformat_open_input(
        &context, url.c_str(), av_find_input_format(isSrt ? "srt" : "webvtt"), options.address());
    if (opened == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (opened < 0) {
        refuse(shownName(file) + " is not a subtitle file: " + av::errorText(opened),
               "give an .srt or .vtt file");
    }
    return av::Input(context);
}

}  // namespace

SubtitleText readSubtitleFile(const std::filesystem::path& file, const VideoInfo& /*video*/,
                              const CancelToken& cancel) {
    const std::string name = shownName(file);
    if (!isSubtitleFile(file)) {
        refuse(name + " is no subtitle file that can be read", "give an .srt or .vtt file");
    }
    checkReadableFile(file);
    if (std::filesystem::file_size(file) > kLongestText) {
        refuse(name + " is larger than any subtitle file (16 MiB)",
               "check that it is the file you meant");
    }
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const char* charset = charsetOf(bytes);
    const av::Input input = openText(file);
    SubtitleText text;
    text.wasLatin1 = charset != nullptr;
    if (input->nb_streams > 0) {
        CueDecoder decoder(*input->streams[0], charset, 0, name);
        const av::Packet packet = av::makePacket();
        while (av_read_frame(input.get(), packet.get()) >= 0) {
            const av::PacketScope scope(*packet);
            throwIfCancelled(cancel);
            decoder.decode(*packet, text);
        }
    }
    if (text.cues.empty()) {
        refuse(name + " holds no subtitles that can be read",
               "open it in a text editor to see why");
    }
    arrange(text.cues);
    return text;
}

SubtitleText readSubtitleTrack(const VideoInfo& video, int streamIndex, const CancelToken& cancel) {
    MediaInput input(video.path, cancel);
    AVFormatContext& format = input.format();
    ENSURE(streamIndex >= 0 && streamIndex < static_cast<int>(format.nb_streams),
           "the track is one of the file's");
    for (unsigned i = 0; i < format.nb_streams; ++i) {
        format.streams[i]->discard =
            static_cast<int>(i) == streamIndex ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
    const AVStream& stream = *format.streams[streamIndex];
    CueDecoder decoder(stream, nullptr, startS(format), shownName(video.path));
    SubtitleText text;
    std::uintmax_t bytes = 0;
    const av::Packet packet = av::makePacket();
    while (av_read_frame(&format, packet.get()) >= 0) {
        const av::PacketScope scope(*packet);
        throwIfCancelled(cancel);
        if (packet->stream_index != streamIndex) continue;
        bytes += static_cast<std::uintmax_t>(packet->size);
        if (bytes > kLongestText) {
            refuse(
                "a subtitle track of " + shownName(video.path) + " holds more than 16 MiB of text",
                "leave subtitles off");
        }
        decoder.decode(*packet, text);
    }
    throwIfCancelled(cancel);
    arrange(text.cues);
    return text;
}

}  // namespace reelquery
