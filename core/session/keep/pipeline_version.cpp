#include "core/session/keep/pipeline_version.h"

#include <torch/headeronly/version.h>

#include "vision/video/decoder_versions.h"

namespace reelquery {

std::string pipelineVersion() {
    return std::to_string(kPipelineVersion) + " ffmpeg " + decoderVersions() + " torch " +
           TORCH_VERSION;
}

}  // namespace reelquery
