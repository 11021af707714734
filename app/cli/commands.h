#pragma once
// One function per subcommand: adds its flags to the parser and returns what to run after parsing.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace reelquery {

/// Runs the subcommand and returns its exit code; throws Error.
using Command = std::function<int()>;

/// ask VIDEO QUESTION. `executable` finds the embedded model.
Command addAskCommand(CLI::App& app, const std::string& executable);

/// compare VIDEO QUESTION.
Command addCompareCommand(CLI::App& app, const std::string& executable);

/// transcribe FILE.
Command addTranscribeCommand(CLI::App& app);

/// models.
Command addModelsCommand(CLI::App& app, const std::string& executable);

/// random-model DIR.
Command addRandomModelCommand(CLI::App& app);

/// devices.
Command addDevicesCommand(CLI::App& app);

/// calibrate.
Command addCalibrateCommand(CLI::App& app, const std::string& executable);

/// cache show, cache clear.
Command addCacheCommand(CLI::App& app);

/// eval.
Command addEvalCommand(CLI::App& app, const std::string& executable);

/// serve.
Command addServeCommand(CLI::App& app, const std::string& executable);

/// mcp.
Command addMcpCommand(CLI::App& app, const std::string& executable);

/// pull OWNER/NAME.
Command addPullCommand(CLI::App& app);

/// gpu setup.
Command addGpuCommand(CLI::App& app);

/// bench attention, bench model, bench report, bench selectors, bench stages.
Command addBenchCommand(CLI::App& app, const std::string& executable);

/// The `ask` of bench.
Command addAskBenchCommand(CLI::App& bench, const std::string& executable);

/// The `attention` of bench.
Command addAttentionBenchCommand(CLI::App& bench);

/// The `stages` of bench: not in the help, for tests/golden/compare_with_transformers.py.
Command addStagesCommand(CLI::App& bench, const std::string& executable);

/// The `selectors` of bench.
Command addSelectorsBenchCommand(CLI::App& bench, const std::string& executable);

/// The `model` of bench.
Command addModelBenchCommand(CLI::App& bench);
Command addSpeechBenchCommand(CLI::App& bench);

}  // namespace reelquery
