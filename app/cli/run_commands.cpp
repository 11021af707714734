#include "app/cli/run_commands.h"

#include <cstdio>
#include <exception>
#include <new>

#include "app/cli/exit_codes.h"
#include "app/version.h"
#include "core/base/run_log.h"

namespace reelquery {

namespace {

void printError(const Error& error) {
    std::fprintf(stderr, "reelquery: %s\n", error.message().c_str());
    if (!error.hint().empty()) std::fprintf(stderr, "           %s\n", error.hint().c_str());
}

int runOne(const Command& command) {
    try {
        return command();
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
}

}  // namespace

std::optional<int> runCommands(CLI::App& app, int argc, char** argv,
                               const std::map<std::string, Command>& commands) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& helpOrVersion) {
        return app.exit(helpOrVersion);
    } catch (const CLI::ParseError& wrong) {
        std::fprintf(stderr, "reelquery: %s\n           'reelquery --help' lists what there is\n",
                     wrong.what());
        return kExitUsage;
    }
    if (app.get_subcommands().empty()) return std::nullopt;
    const std::string name = app.get_subcommands().front()->get_name();
    writeLog(LogLevel::kDetail, name, std::string("Reelquery ") + kVersion);
    const int code = runOne(commands.at(name));
    // Its words may name files, and are on the terminal.
    const bool isFault = code == kExitInternal || code == kExitDevice;
    writeLog(isFault ? LogLevel::kError : LogLevel::kDetail, name,
             "ended with exit code " + std::to_string(code));
    return code;
}

}  // namespace reelquery
