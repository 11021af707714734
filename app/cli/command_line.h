#pragma once
// The command line of reelquery: parsing, one function per subcommand, exit codes.

#include <string>
#include <vector>

namespace reelquery {

/// What the arguments ask for.
struct WindowRequest {
    bool wanted = false;             ///< open the window instead of a subcommand
    std::vector<std::string> paths;  ///< files named on the command line
    bool wantsSample = false;        ///< the video that comes with the program, too
    std::string modelFolder;
    bool isVerbose = false;  ///< the log says more, also on the terminal
};

/// Runs a subcommand and returns its exit code, or fills `window` and returns 0 where none was
/// given. `hasWindow` tells whether this build has one. Prints to stdout (answers, data) and stderr
/// (progress, errors). Thread: main.
int runCommandLine(int argc, char** argv, bool hasWindow, WindowRequest& window);

}  // namespace reelquery
