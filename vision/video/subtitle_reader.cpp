#include "vision/video/subtitle_reader.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "vision/video/av_handles.h"
#include "vision/video/file_checks.h"
#include "vision/video/media_input.h"
#include "vision/video/subtitle_encoding.h"
#include "vision/video/subtitle_files.h"
#include "vision/video/subtitle_packets.h"
#include "vision/video/subtitle_parser.h"

namespace reelquery {
namespace {

constexpr std::uintmax_t kLongestText = 16 << 20;  // some hundred films' worth

[[noreturn]] void refuseSubtitles(std::string message, std::string hint) {
    throw Error(ErrorCode::kVideo, std::move(message), std::move(hint));
}

/// Where the file starts on the container's clock, seconds.
double startOf(const AVFormatContext& format) {
    return format.start_time == AV_NOPTS_VALUE
               ? 0
               : static_cast<double>(format.start_time) / AV_TIME_BASE;
}

}  // namespace

SubtitleText readSubtitleFile(const std::filesystem::path& file, const CancelToken& cancel) {
    const std::string name = shownName(file);
    if (!isSubtitleFile(file)) {
        refuseSubtitles(name + " is no subtitle file that can be read",
                        "give an .srt or .vtt file");
    }
    checkReadableFile(file);
    std::error_code unknown;
    const std::uintmax_t bytesThere = std::filesystem::file_size(file, unknown);
    if (!unknown && bytesThere > kLongestText) {
        refuseSubtitles(name + " is larger than any subtitle file (16 MiB)",
                        "check that it is the file you meant");
    }
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    throwIfCancelled(cancel);
    DecodedText decoded = decodeSubtitleBytes(bytes);
    ParsedSubtitles parsed = parseSubtitles(decoded.text);
    throwIfCancelled(cancel);
    SubtitleText text;
    text.cues = eachLineOnce(std::move(parsed.cues));
    text.readAs = std::move(decoded.readAs);
    text.unreadable = parsed.unreadable;
    if (text.cues.empty()) {
        refuseSubtitles(name + " holds no subtitles that can be read",
                        "open it in a text editor to see why");
    }
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
    SubtitlePackets packets(*format.streams[streamIndex], startOf(format), shownName(video.path));
    std::uintmax_t bytes = 0;
    const av::Packet packet = av::makePacket();
    while (av_read_frame(&format, packet.get()) >= 0) {
        const av::PacketScope scope(*packet);
        throwIfCancelled(cancel);
        if (packet->stream_index != streamIndex) continue;
        bytes += static_cast<std::uintmax_t>(packet->size);
        if (bytes > kLongestText) {
            refuseSubtitles(
                "a subtitle track of " + shownName(video.path) + " holds more than 16 MiB of text",
                "leave subtitles off");
        }
        packets.add(*packet);
    }
    throwIfCancelled(cancel);
    SubtitleText text;
    text.cues = eachLineOnce(packets.take(text.readAs));
    text.unreadable = packets.unreadable();
    return text;
}

}  // namespace reelquery
