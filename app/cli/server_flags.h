#pragma once
// Flags for questions that another program answers.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "core/session/remote_session.h"

namespace reelquery {

/// --server and what goes with it. The key comes from the environment or a file, never from the
/// command line, which others can read.
struct ServerFlags {
    std::string url, model, keyFile, certificates;
    int silenceS = 0;

    void addTo(CLI::App& command);

    /// Nothing without --server. Throws Error{kUsage} for a key that cannot be read, or that others
    /// can read.
    std::optional<RemoteServer> server() const;

    /// Throws Error{kUsage} for what needs the model on this machine, where there is a server.
    void refuseWhatItCannot(const AskRequest& request) const;
};

}  // namespace reelquery
