// reelquery serve: other programs on this machine ask, by the OpenAI interface.

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/interrupt.h"
#include "app/cli/shared_flags.h"
#include "app/serve/server.h"
#include "app/serve/server_key.h"
#include "core/base/environment.h"

namespace reelquery {

namespace {

constexpr int kUsualPort = 8765;

struct ServeFlags {
    int port = kUsualPort;
    std::vector<std::string> allowed;
    std::string key;
    int answerTimeS = 3600;
    ModelFlags model;
    SamplingFlags sampling;
    AttentionFlags attention;
    GenerationFlags generation;
};

int runServe(const ServeFlags& flags, const std::string& executable) {
    ServeOptions options;
    options.port = flags.port;
    options.allowed.assign(flags.allowed.begin(), flags.allowed.end());
    const std::string variable = environment("REELQUERY_SERVE_KEY");
    std::string told;  // where the key is to be had
    if (!flags.key.empty()) {
        options.key = checkedKey(flags.key);
        told = "the one of --key";
    } else if (!variable.empty()) {
        options.key = checkedKey(variable);
        told = "the one of REELQUERY_SERVE_KEY";
    } else {
        options.key = keptKey(defaultKeyFile());
        told = "in " + defaultKeyFile().string();
    }
    options.answerTime = std::chrono::seconds(flags.answerTimeS);
    options.served = servedModel(flags.model.modelChoice(executable), executable);
    AskRequest& defaults = options.served.defaults;
    defaults.sampling = flags.sampling.options();
    defaults.decode = flags.sampling.decoding();
    defaults.attention = flags.attention.result();
    defaults.generation = flags.generation.result();
    options.failed = [](const std::string& problem) {
        std::fprintf(stderr, "a question failed: %s\n", problem.c_str());
    };
    watchInterrupts();
    serve(
        options, [](EventSink sink) { return makeSession(std::move(sink), defaultStorage()); },
        [&](int port) {
            std::printf("listening on http://127.0.0.1:%d/v1\nmodel: %s\nkey: %s\n", port,
                        options.served.name.c_str(), told.c_str());
            if (options.allowed.empty())
                std::printf("no folder is allowed (--allow FOLDER): only data: URLs are taken\n");
            std::fflush(stdout);
        },
        [] { return interruptRequested() ? ServeCourse::kStop : ServeCourse::kGoOn; });
    return kExitAnswered;
}

}  // namespace

Command addServeCommand(CLI::App& app, const std::string& executable) {
    auto flags = std::make_shared<ServeFlags>();
    CLI::App* command = app.add_subcommand(
        "serve", "Let other programs on this machine ask, by the OpenAI interface");
    command->add_option("--port", flags->port, "Port on 127.0.0.1 and ::1; 0: any that is free")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    command
        ->add_option("--allow", flags->allowed,
                     "Folder below which requests may name files (file://); may be given "
                     "several times")
        ->allow_extra_args(false);
    command->add_option("--key", flags->key,
                        "What clients must send; others may see it in the list of processes. "
                        "Default: REELQUERY_SERVE_KEY, else a random one kept in "
                        "~/.config/reelquery/serve.key");
    command
        ->add_option("--answer-time", flags->answerTimeS, "Longest time of one answer, in seconds")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    flags->model.addTo(*command);
    flags->sampling.addTo(*command);
    flags->attention.addTo(*command);
    flags->generation.addTo(*command);
    return [flags, executable] { return runServe(*flags, executable); };
}

}  // namespace reelquery
