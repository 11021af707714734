#include "app/gui/window/open_job.h"

#include "app/gui/look/format.h"
#include "core/base/content_id.h"

namespace reelquery {

FileLook lookAt(const QString& video, const QString& subtitleFile) {
    return {isThere(video), QByteArray::fromStdString(contentId(toPath(video))),
            !subtitleFile.isEmpty() && isThere(subtitleFile)};
}

bool isContentId(const QByteArray& hash) {
    return hash.startsWith("2-");
}

}  // namespace reelquery
