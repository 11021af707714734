// Measures opening and frame sampling: exact and auto, and torchcodec on the same time stamps.
//
//   sampling_bench VIDEO [--frames N] [--threads T]
//                  [--torchcodec PYTHON | --auto-only | --open-only]
//
// PYTHON is an interpreter that can import torchcodec 0.11. Everything runs in one sitting, one
// after the other, on T threads each. Prints one line per run and the ratios.

#include <ATen/ATen.h>

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
    std::vector<at::Tensor> pixels;
};

Run sample(const std::string& path, SamplingOptions options, SamplingLimits limits,
           const char* label) {
    const VideoInfo info = probeVideo(path);
    const FramePlan plan = planFrames(info, options);
    Run run;
    const std::clock_t start = std::clock();
    run.report = sampleFrames(info, plan, limits, [&](SampledFrame&& frame) {
        run.timesS.push_back(frame.timeS);
        run.pixels.push_back(std::move(frame.rgb));
    });
    run.cpuS = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    const SamplingReport& report = run.report;
    std::printf(
        "%-9s %d of %d frames of %dx%d in %.2f s, %.2f CPU s (scan %.2f s): %lld packets read, "
        "%lld frames "
        "decoded (%lld on a card), %d seeks, %d decoders, key frames %.0f %%, %d errors\n",
        label, report.got, report.wanted, plan.size.width, plan.size.height, report.seconds,
        run.cpuS, report.scanS, static_cast<long long>(report.packetsRead),
        static_cast<long long>(report.framesDecoded), static_cast<long long>(report.framesOnCard),
        report.seeks, report.decoders, 100 * report.keyFrameShare, report.decodeErrors);
    std::fflush(stdout);
    return run;
}

/// The largest and the mean difference of two runs' pixels, in 255ths.
void printDifference(const Run& a, const Run& b) {
    double sum = 0, largest = 0, values = 0;
    for (std::size_t i = 0; i < std::min(a.pixels.size(), b.pixels.size()); ++i) {
        const at::Tensor off =
            (a.pixels[i].to(at::kInt) - b.pixels[i].to(at::kInt)).abs().to(at::kDouble);
        sum += off.sum().item<double>();
        largest = std::max(largest, off.max().item<double>());
        values += static_cast<double>(off.numel());
    }
    std::printf("          frames %zu and %zu, difference: mean %.6f, largest %.0f of 255\n",
                a.pixels.size(), b.pixels.size(), sum / std::max(values, 1.0), largest);
    std::fflush(stdout);
}

void compareWithCard(const std::string& video, SamplingOptions options, SamplingLimits limits,
                     int cardDecoders, bool cardOnly) {
    options.mode = SamplingMode::kExact;
    const Run here = sample(video, options, limits, "processor");
    if (cardOnly) limits.threads = 1;
    limits.cardDecoders = cardDecoders;
    const Run card = sample(video, options, limits, cardOnly ? "card + 1" : "both");
    printDifference(here, card);
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
    int frames = 256, threads = 2, cardDecoders = 0;
    app.add_option("video", video)->required();
    app.add_option("--frames", frames);
    app.add_option("--threads", threads);
    app.add_option("--torchcodec", torchcodecPython, "Python interpreter with torchcodec 0.11");
    app.add_option("--card-decoders", cardDecoders,
                   "Decoders on CUDA device 0 beside the threads, "
                   "then compares with the processor alone");
    bool cardOnly = false;
    app.add_flag("--card-only", cardOnly, "One thread beside the card's decoders");
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
        SamplingLimits limits;
        limits.threads = threads;
        if (cardDecoders > 0) {
            compareWithCard(video, options, limits, cardDecoders, cardOnly);
            return 0;
        }
        const Run fast = sample(video, options, limits, "auto");
        if (autoOnly) return 0;
        options.mode = SamplingMode::kExact;
        const Run exact = sample(video, options, limits, "exact");
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
