#pragma once
// The way to what a card needs beside the program. main.cpp fills it in.

#include <functional>

#include "app/gui/models/model_hub.h"

namespace reelquery {

/// The GPU half of libtorch and CUDA's libraries, fetched as a model is.
struct GpuHalf {
    /// Whether a card is here whose libraries are missing. Runs on a worker thread; empty: it is
    /// not offered.
    std::function<bool()> isWanted;
    ModelHub hub;  ///< `ask` and `fetch` alone; names do not matter
};

}  // namespace reelquery
