#include "app/cli/eval_presets.h"

#include <catch2/catch.hpp>

using namespace reelquery;

namespace {

/// A command with the flags that a preset may fill in, after `arguments`.
struct Parsed {
    CLI::App app;
    SamplingFlags sampling;
    AttentionFlags attention;
    std::string subtitles = "off";

    Parsed(const std::string& preset, const std::string& arguments) {
        sampling.addTo(app);
        attention.addTo(app);
        app.add_option("--subtitles", subtitles);
        app.parse(arguments);
        applyPreset(preset, app, sampling, attention, subtitles);
    }
};

}  // namespace

TEST_CASE("a preset is a published run's settings") {
    const Parsed video("xattention-videomme", "");
    const SamplingOptions sampling = video.sampling.options();
    CHECK(sampling.fps == 1);
    CHECK(sampling.maxFrames == 768);
    CHECK(sampling.minTokensPerPair == 128);
    CHECK(sampling.maxTokensPerPair == 768);
    // 384 pairs of the smallest size, which qwen-vl-utils makes 1.05 times 128 tokens.
    CHECK(sampling.maxVideoTokens >= 384 * 134);
    CHECK(video.attention.options.selector.stride == 16);
    CHECK(video.attention.options.selector.threshold == 0.9);
    CHECK(video.attention.options.denseFirstLayers == 3);
    CHECK(video.attention.options.denseLastTokens == 0);
    CHECK(video.subtitles == "off");
    const Parsed subtitled("xattention-videomme-subtitles", "");
    CHECK(subtitled.sampling.options().fps == 0.5);
    CHECK(subtitled.subtitles == "auto");
    CHECK(Parsed("xattention-longbench", "").attention.options.selector.stride == 8);
    for (const std::string& name : presetNames())
        CHECK(presetsText().find(name + " (") != std::string::npos);
}

TEST_CASE("what a flag says stands against a preset") {
    const Parsed own("xattention-videomme",
                     "--fps 2 --threshold 0.5 --dense-first-layers 0 --subtitles speech");
    CHECK(own.sampling.options().fps == 2);
    CHECK(own.sampling.options().maxFrames == 768);
    CHECK(own.attention.options.selector.threshold == 0.5);
    CHECK(own.attention.options.selector.stride == 16);
    CHECK(own.attention.options.denseFirstLayers == 0);
    CHECK(own.subtitles == "speech");
    const Parsed counted("xattention-videomme", "--frames 64");
    CHECK(counted.sampling.options().frames == 64);
}
