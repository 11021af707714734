// Measures opening and frame sampling: exact and auto, and torchcodec on the same time stamps.
//
//   sampling_bench VIDEO [--frames N] [--threads T]
//                  [--torchcodec PYTHON | --auto-only | --open-only]
//
// PYTHON is an interpreter that can import torchcodec 0.11. Everything runs in one sitting, one
// after the other, on T threads each. Prints one line per run and the ratios.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "vision/video/frame_sampler.h"
#include "vision/video/video_probe.h"

namespace {

using namespace reelquery;

struct Run {
    SamplingReport report;
    double cpuS = 0;  // of all threads; less at the mercy of other programs than the wall clock
    std::vector<double> timesS;
};

Run sample(const std::string& path, SamplingOptions options, int threads, const char* label) {
    const VideoInfo info = probeVideo(path);
    const FramePlan plan = planFrames(info, options);
    Run run;
    SamplingLimits limits;
    limits.threads = threads;
    const std::clock_t start = std::clock();
    run.report = sampleFrames(info, plan, limits,
                              [&](SampledFrame&& frame) { run.timesS.push_back(frame.timeS); });
    run.cpuS = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    const SamplingReport& report = run.report;
    std::printf(
        "%-9s %d of %d frames of %dx%d in %.2f s, %.2f CPU s (scan %.2f s): %lld packets read, "
        "%lld frames "
        "decoded, %d seeks, %d decoders, key frames %.0f %%, %d errors\n",
        label, report.got, report.wanted, plan.size.width, plan.size.height, report.seconds,
        run.cpuS, report.scanS, static_cast<long long>(report.packetsRead),
        static_cast<long long>(report.framesDecoded), report.seeks, report.decoders,
        100 * report.keyFrameShare, report.decodeErrors);
    std::fflush(stdout);
    return run;
}

/// The processor time of opening the file for the first time in a process, and the median of later
/// times, when what was read through is known.
void measureOpening(const std::string& path) {
    constexpr int kRounds = 101;
    std::vector<double> ms;
    for (int round = 0; round < kRounds; ++round) {
        const std::clock_t start = std::clock();
        probeVideo(path);
        ms.push_back(1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    const double first = ms.front();
    std::nth_element(ms.begin(), ms.begin() + kRounds / 2, ms.end());
    std::printf("open      first %.3f, later %.3f CPU ms\n", first, ms[kRounds / 2]);
    std::fflush(stdout);
}

/// Runs the script beside this file; returns its seconds.
double torchcodecSeconds(const std::string& python, const std::string& video, int threads,
                         const std::vector<double>& timesS) {
    const std::string timesFile = "sampling_bench_times.txt";
    {
        std::ofstream out(timesFile);
        out.precision(9);
        for (const double time : timesS) out << std::fixed << time << '\n';
    }
    const std::string command = "'" + python + "' '" SAMPLING_BENCH_SCRIPT "' '" + video + "' " +
                                timesFile + " " + std::to_string(threads);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    char line[256] = {};
    double seconds = 0;
    while (pipe && std::fgets(line, sizeof line, pipe.get())) {
        std::fputs(line, stdout);
        std::sscanf(line, "seconds %lf", &seconds);
    }
    if (seconds <= 0) throw Error(ErrorCode::kInternal, "torchcodec did not run: " + command);
    return seconds;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures frame sampling");
    std::string video, torchcodecPython;
    int frames = 256, threads = 2;
    app.add_option("video", video)->required();
    app.add_option("--frames", frames);
    app.add_option("--threads", threads);
    app.add_option("--torchcodec", torchcodecPython, "Python interpreter with torchcodec 0.11");
    bool autoOnly = false;
    app.add_flag("--auto-only", autoOnly, "Leave the exact run out, for a profiler");
    bool openOnly = false;
    app.add_flag("--open-only", openOnly, "Leave out all but the opening");
    CLI11_PARSE(app, argc, argv);
    try {
        initVideoLibrary();
        measureOpening(video);
        if (openOnly) return 0;
        SamplingOptions options;
        options.frames = frames;
        const Run fast = sample(video, options, threads, "auto");
        if (autoOnly) return 0;
        options.mode = SamplingMode::kExact;
        const Run exact = sample(video, options, threads, "exact");
        std::printf("auto / exact = %.3f\n", fast.report.seconds / exact.report.seconds);
        std::fflush(stdout);
        if (torchcodecPython.empty()) return 0;
        const double other = torchcodecSeconds(torchcodecPython, video, threads, exact.timesS);
        std::printf("exact / torchcodec = %.3f\n", exact.report.seconds / other);
        return 0;
    } catch (const Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
