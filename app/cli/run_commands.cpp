#include "app/cli/run_commands.h"

#include <cstdio>
#include <exception>
#include <new>

#include "app/cli/exit_codes.h"

namespace reelquery {

namespace {

void printError(const Error& error) {
    std::fprintf(stderr, "reelquery: %s\n", error.message().c_str());
    if (!error.hint().empty()) std::fprintf(stderr, "           %s\n", error.hint().c_str());
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
    return std::nullopt;
}

}  // namespace reelquery
