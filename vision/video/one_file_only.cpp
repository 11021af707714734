#include "vision/video/one_file_only.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace reelquery {
namespace {

/// FFmpeg's names of what makes it open others.
constexpr std::array<std::string_view, 8> kLists = {
    "concat", "dash", "hls", "imf", "rtsp", "sdp", "vobsub", "webm_dash_manifest"};

bool isList(std::string_view name) {
    return std::find(kLists.begin(), kLists.end(), name) != kLists.end();
}

std::string allButLists() {
    std::string names;
    void* place = nullptr;
    while (const AVInputFormat* format = av_demuxer_iterate(&place)) {
        if (isList(format->name)) continue;
        if (!names.empty()) names += ',';
        names += format->name;
    }
    return names;
}

}  // namespace

void keepToOneFile(av::Options& options) {
    static const std::string allowed = allButLists();
    options.set("protocol_whitelist", "file");
    options.set("format_whitelist", allowed.c_str());
    options.set("pattern_type", "none");  // a % in a picture's name is just a %
}

std::optional<FileVerdict> listOfFiles(const std::filesystem::path& path) {
    constexpr std::size_t kHeadBytes = 1 << 16;
    std::vector<unsigned char> head(kHeadBytes + AVPROBE_PADDING_SIZE);
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(kHeadBytes));
    const std::string name = path.string();
    AVProbeData probe = {};
    probe.filename = name.c_str();
    probe.buf = head.data();
    probe.buf_size = static_cast<int>(file.gcount());
    int score = 0;
    const AVInputFormat* format = av_probe_input_format3(&probe, 1, &score);
    if (!format || !isList(format->name)) return std::nullopt;
    return FileVerdict{"is a list of other files, which are not opened from it",
                       "open the videos it names, or make one file of them first"};
}

}  // namespace reelquery
