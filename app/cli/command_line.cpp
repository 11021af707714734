#include "app/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>
#include <new>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/executable_path.h"
#include "app/version.h"

namespace reelquery {

namespace {

constexpr const char* kFooter =
    "Exit codes: 0 answered, 1 internal error, 2 usage, 3 video, 4 model, 5 device or memory, "
    "130 stopped";

void printError(const Error& error) {
    std::fprintf(stderr, "reelquery: %s\n", error.message().c_str());
    if (!error.hint().empty()) std::fprintf(stderr, "           %s\n", error.hint().c_str());
}

}  // namespace

int runCommandLine(int argc, char** argv, bool hasWindow, WindowRequest& window) {
    CLI::App app("Reelquery: ask questions about long local videos, offline.", "reelquery");
    app.footer(kFooter);
    app.set_version_flag("--version", std::string("reelquery ") + kVersion);
    app.add_option("paths", window.paths,
                   hasWindow ? "Videos to open in the window" : "(this build has no window)");
    app.add_option("--model", window.modelFolder, "Model folder for the window");
    const std::string executable = executablePath(argv[0]).string();
    std::map<std::string, Command> commands;
    commands["ask"] = addAskCommand(app, executable);
    commands["compare"] = addCompareCommand(app, executable);
    commands["models"] = addModelsCommand(app, executable);
    commands["devices"] = addDevicesCommand(app);
    commands["cache"] = addCacheCommand(app);
    commands["bench"] = addBenchCommand(app, executable);
    commands["eval"] = addEvalCommand(app, executable);
    commands["calibrate"] = addCalibrateCommand(app, executable);
    commands["random-model"] = addRandomModelCommand(app);
    app.require_subcommand(0, 1);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& helpOrVersion) {
        return app.exit(helpOrVersion);
    } catch (const CLI::ParseError& wrong) {
        std::fprintf(stderr, "reelquery: %s\n           'reelquery --help' lists what there is\n",
                     wrong.what());
        return kExitUsage;
    }
    try {
        for (const CLI::App* chosen : app.get_subcommands())
            return commands.at(chosen->get_name())();
    } catch (const Error& error) {
        printError(error);
        return exitCode(error.code());
    } catch (const std::bad_alloc&) {
        printError(Error(ErrorCode::kMemory, "the machine ran out of memory"));
        return kExitDevice;
    } catch (const std::exception& error) {
        printError(Error(ErrorCode::kInternal, error.what(), "please report this"));
        return kExitInternal;
    }
    if (!hasWindow) {
        std::fputs(app.help().c_str(), stderr);
        return kExitUsage;
    }
    window.wanted = true;
    return 0;
}

}  // namespace reelquery
