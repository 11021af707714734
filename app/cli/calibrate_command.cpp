// reelquery calibrate: thresholds per layer and head from the true attention mass on clips.

#include <cstdio>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/shared_flags.h"
#include "core/session/ask/calibrating.h"

namespace reelquery {

Command addCalibrateCommand(CLI::App& app, const std::string& executable) {
    struct Flags {
        ModelFlags model;
        SamplingFlags sampling;
        CalibrationRequest request;
        std::string videos, out;
    };

    auto flags = std::make_shared<Flags>();
    CLI::App* command = app.add_subcommand(
        "calibrate", "Find XAttention's thresholds for every layer and head on your own clips");
    command->add_option("--videos", flags->videos, "Folder of clips")->required();
    command->add_option("--out", flags->out, "The threshold file to write")->required();
    command->add_option("--question", flags->request.question, "Asked about every clip")
        ->capture_default_str();
    command->add_option("--stride", flags->request.stride, "Stride to calibrate for")
        ->check(CLI::IsMember(kernels::kScoreStrides))
        ->capture_default_str();
    command
        ->add_option("--coverage", flags->request.coverage,
                     "Share of the true attention mass the kept blocks must hold")
        ->check(CLI::Range(0.01, 1.0))
        ->capture_default_str();
    flags->model.addTo(*command);
    flags->sampling.addTo(*command);
    return [flags, executable] {
        CalibrationRequest request = flags->request;
        request.videos = flags->videos;
        request.out = flags->out;
        request.model = flags->model.modelChoice(executable);
        request.sampling = flags->sampling.options();
        const int clips = calibrateThresholds(
            request, [](const std::string& clip, int done, int total, const std::string& leftOut) {
                std::fprintf(stderr, "%d of %d  %s\n", done, total,
                             leftOut.empty() ? clip.c_str() : ("left out: " + leftOut).c_str());
            });
        std::printf("wrote %s, the largest threshold over %d clips for every layer and head\n",
                    request.out.c_str(), clips);
        return kExitAnswered;
    };
}

}  // namespace reelquery
