// The subcommands of reelquery that measure a card and need no video: devices, bench attention,
// bench model and bench speech. Without the video libraries the program is small enough to be
// carried along.

#include "app/cli/run_commands.h"

int main(int argc, char** argv) {
    CLI::App app("Reelquery's measurements of a card.", "gpu_commands");
    app.require_subcommand(1);
    std::map<std::string, reelquery::Command> commands;
    commands["devices"] = reelquery::addDevicesCommand(app);
    commands["attention"] = reelquery::addAttentionBenchCommand(app);
    commands["model"] = reelquery::addModelBenchCommand(app);
    commands["speech"] = reelquery::addSpeechBenchCommand(app);
    return reelquery::runCommands(app, argc, argv, commands).value_or(2);
}
