#include "core/session/hear/kept_hearing.h"

#include <exception>

#include "core/base/content_id.h"
#include "core/session/failure.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

namespace {

SpeechKey keyOf(const HearRequest& request, const CancelToken& cancel) {
    SpeechKey key;
    key.content = contentId(request.file, cancel);
    key.modelId = modelIdentity(request.model.folder);
    key.track = request.track;
    key.language = request.language;
    key.options = std::string(request.translate ? "english " : "") +
                  (request.wantsWords ? "words " : "") +
                  (request.conditionOnPrevious ? "conditioned " : "") +
                  (request.everywhere ? "everywhere " : "") + request.hint;
    return key;
}

/// hearFile, with whatever it throws as an Error.
SpokenText heard(const HearRequest& request, const HearProgress& progress,
                 const CancelToken& cancel) {
    try {
        return hearFile(request, progress, cancel);
    } catch (...) {
        throw describeThrown(std::current_exception(), "listening");
    }
}

}  // namespace

KeptSpeech hearOnce(const HearRequest& request, const SpeechFiles& files, bool hearAnew,
                    bool* isFromBefore, const HearProgress& progress, const CancelToken& cancel) {
    if (isFromBefore) *isFromBefore = false;
    if (request.fromS || request.toS) return {heard(request, progress, cancel), {}};
    const SpeechKey key = keyOf(request, cancel);
    if (!hearAnew) {
        if (std::optional<KeptSpeech> kept = files.find(key)) {
            if (isFromBefore) *isFromBefore = true;
            kept->spoken.file = request.file;
            return *std::move(kept);
        }
    }
    return files.keep(key, heard(request, progress, cancel));
}

}  // namespace reelquery
