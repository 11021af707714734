#include "vision/video/one_file_only.h"

#include <string>

#include "vision/video/other_files.h"

namespace reelquery {
namespace {

std::string allButLists() {
    std::string names;
    void* place = nullptr;
    while (const AVInputFormat* format = av_demuxer_iterate(&place)) {
        if (opensOtherFiles(format->name)) continue;
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

}  // namespace reelquery
