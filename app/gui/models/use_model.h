#pragma once
// A model that was found, or a server, becomes the one that answers.

#include <string>

#include "app/gui/state/ask_settings.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

/// The choice of device and number type stays.
inline void useModel(AskSettings& settings, const ModelEntry& entry) {
    settings.model.folder = entry.folder;
    settings.model.visionFile = entry.visionFile;
    settings.model.server.clear();
    settings.model.serverModel.clear();
}

/// The model of this machine stays chosen behind it.
inline void useServer(AskSettings& settings, const std::string& address, const std::string& model) {
    settings.model.server = address;
    settings.model.serverModel = model;
}

}  // namespace reelquery
