#pragma once
// reelquery bench report: dense against sparse at several lengths, as a report for people.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace reelquery {

/// Adds `report` below `bench` and returns what runs it. `executable` finds the embedded model and
/// the sample video.
std::function<int()> addBenchReport(CLI::App& bench, const std::string& executable);

}  // namespace reelquery
