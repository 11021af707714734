#include "core/session/watch/other_files.h"

#include "vision/video/other_files.h"

namespace reelquery {

bool namesOthers(const std::filesystem::path& path) {
    return namesOtherFiles(path).has_value();
}

}  // namespace reelquery
