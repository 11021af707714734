#pragma once
// The hub of models for the window.

#include "app/gui/models/gpu_half.h"
#include "app/gui/models/model_hub.h"

namespace reelquery {

/// The hub that the environment names, asked only when the window's functions are called.
ModelHub programHub();

/// What a card needs, offered where a card is and that is missing; see runGpuSetup.
GpuHalf programGpuHalf();

}  // namespace reelquery
