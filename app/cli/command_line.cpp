#include "app/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/run_commands.h"
#include "app/executable_path.h"
#include "app/version.h"
#include "core/base/run_log.h"

namespace reelquery {

namespace {

constexpr const char* kFooter =
    "Exit codes: 0 answered, 1 internal error, 2 usage, 3 video, 4 model, 5 device or memory, "
    "130 stopped";

/// A "nan" passes every comparison with a range, and no flag means an infinity. Before the flags'
/// own checks, whose words for such a number are 300 digits long.
void refuseOddNumbers(CLI::App& command) {
    const CLI::Validator finite(
        [](std::string& text) {
            return std::isfinite(std::strtod(text.c_str(), nullptr)) ? std::string()
                                                                     : text + " is no number";
        },
        "");
    for (CLI::Option* option : command.get_options()) {
        if (option->get_type_name().find("FLOAT") != std::string::npos) option->transform(finite);
    }
    for (CLI::App* part : command.get_subcommands([](CLI::App*) { return true; }))
        refuseOddNumbers(*part);
}

/// To every command, so that it may stand before and behind its name.
void addVerboseFlags(CLI::App& command, bool& isVerbose) {
    command.add_flag("--verbose", isVerbose,
                     "Say what is done on the terminal and, with names of files, in the log");
    for (CLI::App* part : command.get_subcommands([](CLI::App*) { return true; }))
        addVerboseFlags(*part, isVerbose);
}

}  // namespace

int runCommandLine(int argc, char** argv, bool hasWindow, WindowRequest& window) {
    CLI::App app("Reelquery: ask questions about long local videos, offline.", "reelquery");
    app.footer(kFooter);
    app.set_version_flag("--version", std::string("reelquery ") + kVersion);
    app.add_option("paths", window.paths,
                   hasWindow ? "Videos to open in the window" : "(this build has no window)");
    app.add_flag("--sample", window.wantsSample, "Open the sample video in the window");
    app.add_option("--model", window.modelFolder, "Model folder for the window");
    const std::string executable = executablePath(argv[0]).string();
    std::map<std::string, Command> commands;
    commands["ask"] = addAskCommand(app, executable);
    commands["compare"] = addCompareCommand(app, executable);
    commands["transcribe"] = addTranscribeCommand(app);
    commands["models"] = addModelsCommand(app, executable);
    commands["devices"] = addDevicesCommand(app);
    commands["cache"] = addCacheCommand(app);
    commands["bench"] = addBenchCommand(app, executable);
    commands["eval"] = addEvalCommand(app, executable);
    commands["calibrate"] = addCalibrateCommand(app, executable);
    commands["serve"] = addServeCommand(app, executable);
    commands["mcp"] = addMcpCommand(app, executable);
    commands["pull"] = addPullCommand(app);
    commands["gpu"] = addGpuCommand(app);
    commands["random-model"] = addRandomModelCommand(app);
    refuseOddNumbers(app);
    addVerboseFlags(app, window.isVerbose);
    app.parse_complete_callback([&app, &window] {
        // A command's own words are on the terminal; of the window they are nowhere else.
        const bool isWindow = app.get_subcommands().empty();
        setUpLog(
            {defaultLogFile(), isWindow ? LogLevel::kInfo : LogLevel::kError, window.isVerbose});
    });
    app.require_subcommand(0, 1);
    if (const auto code = runCommands(app, argc, argv, commands)) return *code;
    if (!hasWindow) {
        std::fputs(app.help().c_str(), stderr);
        return kExitUsage;
    }
    window.wanted = true;
    return 0;
}

}  // namespace reelquery
