#pragma once
// From the words of the command line to an exit code.

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>

#include "app/cli/commands.h"

namespace reelquery {

/// Parses and runs the subcommand that was named; `commands` by name. Errors end here, as one line
/// on stderr and the hint below it. Nothing where no subcommand was named.
std::optional<int> runCommands(CLI::App& app, int argc, char** argv,
                               const std::map<std::string, Command>& commands);

}  // namespace reelquery
