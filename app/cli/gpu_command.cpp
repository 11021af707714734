// reelquery gpu setup: what a card needs, because somebody asked for it.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/fetch_printer.h"
#include "app/cli/report_format.h"
#include "core/base/error.h"
#include "core/fetch/gpu_setup.h"

namespace reelquery {

namespace {

struct GpuFlags {
    std::string action = "setup", list, folder;
    bool isDry = false, json = false, quiet = false;
};

GpuSetupWish wishOf(const GpuFlags& flags) {
    GpuSetupWish wish = usualGpuSetup();
    if (!flags.folder.empty()) wish.folder = flags.folder;
    if (flags.list.empty()) return wish;
    std::ifstream in(flags.list, std::ios::binary);
    if (!in) throw Error(ErrorCode::kUsage, "cannot read " + flags.list);
    wish.wheels = readGpuWheels({std::istreambuf_iterator<char>(in), {}});
    return wish;
}

void printPlan(const GpuSetupWish& wish, const GpuSetupPlan& plan, bool asJson) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const GpuWheel& wheel : plan.missing) {
        if (asJson) {
            list.push_back({{"name", wheel.name},
                            {"version", wheel.version},
                            {"url", wish.host + "/" + wheel.path},
                            {"sha256", wheel.sha256},
                            {"bytes", wheel.bytes}});
        } else {
            std::printf("%-22s %-10s %10s  %s\n", wheel.name.c_str(), wheel.version.c_str(),
                        formatBytes(wheel.bytes).c_str(), wheel.sha256.c_str());
        }
    }
    if (asJson) {
        const nlohmann::ordered_json all = {
            {"folder", wish.folder.string()}, {"missing_bytes", plan.missingBytes},
            {"disk_bytes", plan.diskBytes},   {"free_bytes", plan.freeBytes},
            {"fits", plan.fitsOnDisk()},      {"missing", std::move(list)}};
        std::printf("%s\n", all.dump(2).c_str());
        return;
    }
    std::printf("%zu wheels, %s to fetch from %s; %s needed on the disk, %s free in %s%s\n",
                plan.missing.size(), formatBytes(plan.missingBytes).c_str(), wish.host.c_str(),
                formatBytes(plan.diskBytes).c_str(), formatBytes(plan.freeBytes).c_str(),
                wish.folder.c_str(), plan.fitsOnDisk() ? "" : " (too little)");
}

int runGpu(const GpuFlags& flags) {
    const GpuSetupWish wish = wishOf(flags);
    const GpuSetupPlan plan = planGpuSetup(wish);
    if (flags.isDry) {
        printPlan(wish, plan, flags.json);
        return kExitAnswered;
    }
    return untilInterrupted([&](const std::stop_token& stop) {
        {
            FetchPrinter printer(flags.quiet);
            runGpuSetup(
                wish, plan, [&](const FetchProgress& progress) { printer.show(progress); }, stop);
        }
        std::printf("%s\n", wish.folder.c_str());
        if (!flags.quiet) std::fputs("'reelquery devices' says what the card can do now\n", stderr);
        return kExitAnswered;
    });
}

}  // namespace

Command addGpuCommand(CLI::App& app) {
    auto flags = std::make_shared<GpuFlags>();
    CLI::App* command = app.add_subcommand(
        "gpu", "Fetch the libraries that an NVIDIA card needs into your own folder, verified");
    command->add_option("action", flags->action, "setup")
        ->check(CLI::IsMember({"setup"}))
        ->required();
    command->add_flag("--dry-run", flags->isDry,
                      "Only say what would be fetched, and whether it fits; asks no network");
    command->add_flag("--json", flags->json, "With --dry-run: print a JSON object");
    command->add_option("--folder", flags->folder,
                        "Another folder; the program looks in the usual one only");
    command->add_option(
        "--list", flags->list,
        "A JSON list of other wheels, with their hashes, in place of the usual ones");
    command->add_flag("--quiet", flags->quiet, "Say nothing but the folder");
    return [flags] { return runGpu(*flags); };
}

}  // namespace reelquery
