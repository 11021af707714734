// reelquery mcp: the engine as tools of an agent, over standard input and output.

#include <unistd.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/interrupt.h"
#include "app/cli/shared_flags.h"
#include "app/mcp/mcp_server.h"

namespace reelquery {

namespace {

struct McpFlags {
    std::vector<std::string> allowed;
    ModelFlags model;
    SamplingFlags sampling;
    AttentionFlags attention;
    GenerationFlags generation;
};

int runMcp(const McpFlags& flags, const std::string& executable) {
    McpOptions options;
    options.allowed.assign(flags.allowed.begin(), flags.allowed.end());
    options.served = servedModel(flags.model.modelChoice(executable), executable);
    AskRequest& defaults = options.served.defaults;
    defaults.sampling = flags.sampling.options();
    defaults.decode = flags.sampling.decoding();
    defaults.attention = flags.attention.result();
    defaults.generation = flags.generation.result();
    options.findModels = [embedded = embeddedModelFolder(executable)] {
        std::vector<ModelRoot> extra;
        if (!embedded.empty()) extra.push_back({embedded, "embedded"});
        return findModels(modelRoots(extra));
    };
    watchInterrupts();
    std::signal(SIGPIPE, SIG_IGN);  // an agent that goes away ends the input, which ends this
    serveMcp(
        options, [](EventSink sink) { return makeSession(std::move(sink), defaultStorage()); },
        STDIN_FILENO, STDOUT_FILENO, [] { return !interruptRequested(); });
    return kExitAnswered;
}

}  // namespace

Command addMcpCommand(CLI::App& app, const std::string& executable) {
    auto flags = std::make_shared<McpFlags>();
    CLI::App* command = app.add_subcommand(
        "mcp", "Be tools of an agent (Model Context Protocol over standard input and output)");
    command
        ->add_option("--allow", flags->allowed,
                     "Folder below which the agent may name videos; may be given several times")
        ->allow_extra_args(false);
    flags->model.addTo(*command);
    flags->sampling.addTo(*command);
    flags->attention.addTo(*command);
    flags->generation.addTo(*command);
    return [flags, executable] { return runMcp(*flags, executable); };
}

}  // namespace reelquery
