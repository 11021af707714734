#pragma once
// Other programs at the window's engine.

#include <filesystem>

#include "app/gui/window_setup.h"

namespace reelquery {

/// Fills in setup.door: who comes in there asks the engine of setup.makeSession, which must be set
/// and is replaced by one that takes guests. executable: path of this program. keyFile: see
/// keptKey; empty: the user's usual one.
void letProgramsIn(WindowSetup& setup, const std::string& executable,
                   const std::filesystem::path& keyFile = {});

}  // namespace reelquery
