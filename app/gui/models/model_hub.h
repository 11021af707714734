#pragma once
// Models from the hub as the window sees them. Plain values and functions; main.cpp fills them in.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

/// A model of the list that the program brings along.
struct KnownModel {
    std::string name;     ///< "OWNER/NAME"
    std::string licence;  ///< as the hub spells it
    std::int64_t bytes = 0;
    bool hears = false;  ///< makes subtitles from speech, answers nothing
};

/// What the hub said of a model: all that is to be known before it is fetched.
struct FetchOffer {
    std::string name, file;                    ///< as it was asked for
    std::string licence;                       ///< empty: not told
    std::string host;                          ///< where it comes from, "huggingface.co"
    std::int64_t bytes = 0, missingBytes = 0;  ///< of all files, and of those not yet there
    std::int64_t freeBytes = 0;                ///< of the disk that it goes to
    bool fitsOnDisk = true;
    std::filesystem::path cache;  ///< the folder that it goes to
};

/// Done and total bytes.
using FetchBytes = std::function<void(std::int64_t done, std::int64_t total)>;

/// The way to the hub. All functions run on worker threads; only `ask` and `fetch` use the network.
/// Empty functions: fetching is not offered.
struct ModelHub {
    std::vector<KnownModel> known;

    /// What a known model would need of this machine.
    std::function<std::vector<TokenNeed>(const KnownModel&)> needs;

    /// Asks what fetching would take. file: of a repository in GGUF, which of its files; else
    /// empty. Throws Error.
    std::function<FetchOffer(const std::string& name, const std::string& file, const CancelToken&)>
        ask;

    /// Fetches what an offer says is missing; a stop keeps what came for the next time. Returns the
    /// model's folder. Throws Error.
    std::function<std::filesystem::path(const FetchOffer&, const FetchBytes&, const CancelToken&)>
        fetch;
};

}  // namespace reelquery
