#include "vision/video/other_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/environment.h"

extern "C" {
#include <libavformat/avformat.h>
}

namespace reelquery {
namespace {

constexpr std::array<std::string_view, 8> kFormats = {
    "concat", "dash", "hls", "imf", "rtsp", "sdp", "vobsub", "webm_dash_manifest"};

/// How lists begin that FFmpeg does not take for such: it asks for more than their first line, or
/// does not know them.
constexpr std::array<std::string_view, 4> kStarts = {"#extm3u", "ffconcat", "[playlist]", "v=0"};

/// Elements that begin lists in markup.
constexpr std::array<std::string_view, 5> kElements = {"<mpd", "<playlist", "<asx", "<smil",
                                                       "<compositionplaylist"};

constexpr std::size_t kSniffedBytes = 1 << 16;

/// In lower case, without what may stand before the first word.
std::string lowerStartOf(std::string_view head) {
    constexpr std::size_t kEnough = 4096;
    if (head.substr(0, 3) == "\xEF\xBB\xBF") head.remove_prefix(3);
    head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
    return lowered(std::string(head.substr(0, kEnough)));
}

bool isListToFFmpeg(const std::string& name, std::vector<unsigned char>& head, std::size_t bytes) {
    AVProbeData probe = {};
    probe.filename = name.c_str();
    probe.buf = head.data();
    probe.buf_size = static_cast<int>(bytes);
    int score = 0;
    const AVInputFormat* format = av_probe_input_format3(&probe, 1, &score);
    return format && opensOtherFiles(format->name);
}

}  // namespace

bool opensOtherFiles(std::string_view format) {
    return std::find(kFormats.begin(), kFormats.end(), format) != kFormats.end();
}

std::optional<FileVerdict> namesOtherFiles(const std::filesystem::path& path) {
    const FileVerdict list{"is a list of other files, which are not opened from it",
                           "open the videos it names, or make one file of them first"};
    std::vector<unsigned char> head(kSniffedBytes + AVPROBE_PADDING_SIZE);
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(kSniffedBytes));
    const auto bytes = static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0));
    if (isListToFFmpeg(path.string(), head, bytes)) return list;
    const std::string start = lowerStartOf({reinterpret_cast<const char*>(head.data()), bytes});
    const auto begins = [&start](std::string_view word) {
        return start.compare(0, word.size(), word) == 0;
    };
    if (std::any_of(kStarts.begin(), kStarts.end(), begins)) return list;
    if (!begins("<")) return std::nullopt;
    const auto holds = [&start](std::string_view word) {
        return start.find(word) != std::string::npos;
    };
    if (std::any_of(kElements.begin(), kElements.end(), holds)) return list;
    if (!holds("<svg")) return std::nullopt;
    return FileVerdict{"is a drawing, which may name other files",
                       "make a picture of it first, such as a PNG file"};
}

}  // namespace reelquery
