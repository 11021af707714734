#include "vision/video/decoder_versions.h"

#include "vision/video/av_handles.h"

namespace reelquery {

std::string decoderVersions() {
    std::string versions;
    for (const unsigned version :
         {avformat_version(), avcodec_version(), avutil_version(), swscale_version()}) {
        if (!versions.empty()) versions += '.';
        versions += std::to_string(AV_VERSION_MAJOR(version));
    }
    return versions;
}

}  // namespace reelquery
