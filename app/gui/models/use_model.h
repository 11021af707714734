#pragma once
// A model that was found becomes the one that answers.

#include "app/gui/state/ask_settings.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

/// The choice of device and number type stays.
inline void useModel(AskSettings& settings, const ModelEntry& entry) {
    settings.model.folder = entry.folder;
    settings.model.visionFile = entry.visionFile;
}

}  // namespace reelquery
