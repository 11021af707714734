// The frames that sampling delivers against those the ffmpeg command extracts at the same time
// stamps.

#include "vision/video/frame_sampler.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/support/clips.h"
#include "vision/video/video_probe.h"

namespace reelquery {
namespace {

/// The bar of the project, in code values of 255.
constexpr double kMeanTolerance = 2.0;

SamplingOptions exactly(int frames) {
    SamplingOptions options;
    options.mode = SamplingMode::kExact;
    options.frames = frames;
    return options;
}

struct Sampled {
    VideoInfo info;
    FramePlan plan;
    SamplingReport report;
    std::vector<SampledFrame> frames;
};

Sampled sample(const std::filesystem::path& clip, const SamplingOptions& options, int threads = 2) {
    initVideoLibrary();
    Sampled sampled;
    sampled.info = probeVideo(clip);
    sampled.plan = planFrames(sampled.info, options);
    SamplingLimits limits;
    limits.threads = threads;
    sampled.report = sampleFrames(sampled.info, sampled.plan, limits, [&](SampledFrame&& frame) {
        sampled.frames.push_back(std::move(frame));
    });
    return sampled;
}

/// Compares every delivered frame with the reference frame of the same time stamp.
void compare(const Sampled& sampled, const clips::Reference& reference) {
    REQUIRE_FALSE(sampled.frames.empty());
    for (const SampledFrame& frame : sampled.frames) {
        INFO("frame " << frame.position << " at " << frame.timeS << " s");
        const auto found =
            std::find(reference.ptsTicks.begin(), reference.ptsTicks.end(), frame.ptsTicks);
        REQUIRE(found != reference.ptsTicks.end());
        const auto place = static_cast<std::size_t>(found - reference.ptsTicks.begin());
        const FrameSize size = sampled.plan.size;
        const at::Tensor expected = clips::resized(reference.rgb[place], size.height, size.width);
        CHECK(clips::meanDifference(frame.rgb, expected) <= kMeanTolerance);
    }
}

/// In exact mode the k-th wanted frame is the reference's frame of that index.
void checkIndices(const Sampled& sampled, const clips::Reference& reference) {
    REQUIRE(sampled.info.isFrameCountExact);
    CHECK(sampled.info.frameCount == static_cast<std::int64_t>(reference.ptsTicks.size()));
    REQUIRE(sampled.frames.size() == sampled.plan.wanted.size());
    for (std::size_t i = 0; i < sampled.frames.size(); ++i) {
        const auto index = static_cast<std::size_t>(sampled.plan.wanted[i].frameIndex);
        CHECK(sampled.frames[i].ptsTicks == reference.ptsTicks.at(index));
    }
}

TEST_CASE("frames of common files are those the ffmpeg command extracts") {
    const std::string lossyHevc =
        " -c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=25 -pix_fmt yuv420p";
    const auto clip = GENERATE_COPY(
        clips::h264(), clips::make("hevc.mkv", clips::drawn(2) + lossyHevc),
        clips::make("vp9.webm", clips::drawn(1) + " -c:v libvpx-vp9 -deadline realtime "
                                                  "-cpu-used 8 -g 10 -b:v 500k -pix_fmt yuv420p"),
        clips::make("h264.ts", clips::drawn(2) + " -c:v libx264 -g 20 -pix_fmt yuv420p"),
        clips::make("open_gop.mp4", clips::drawn(2) +
                                        " -c:v libx264 -g 10 -x264-params open-gop=1:bframes=3 "
                                        "-pix_fmt yuv420p"),
        clips::make("mpeg2.ts", clips::drawn(2) + " -c:v mpeg2video -g 15 -bf 2"),
        clips::make("vp8.webm", clips::drawn(1) + " -c:v libvpx -deadline realtime -g 10 "
                                                  "-auto-alt-ref 1 -lag-in-frames 8"),
        clips::make("av1.mkv", clips::drawn(1) + " -c:v libsvtav1 -preset 12 -g 10 "
                                                 "-pix_fmt yuv420p"),
        clips::make("gif.gif", clips::drawn(1)),
        clips::make("fragmented.mp4", "-i '" + clips::h264().string() +
                                          "' -c copy -movflags frag_keyframe+empty_moov"),
        clips::make("mpeg4.avi", clips::drawn(2) + " -c:v mpeg4 -g 20 -bf 2"),
        clips::make("tagged709.mp4", clips::drawn(1) +
                                         " -vf scale=out_color_matrix=bt709 -c:v libx264 "
                                         "-colorspace bt709 -pix_fmt yuv420p"),
        clips::make("full_range.mp4", clips::drawn(1) +
                                          " -vf scale=out_range=pc -c:v libx264 -color_range pc "
                                          "-pix_fmt yuv420p"),
        clips::make("yuv444.mp4", clips::drawn(1) + " -c:v libx264 -pix_fmt yuv444p"));
    INFO(clip.string());
    const Sampled sampled = sample(clip, exactly(10));
    const clips::Reference reference = clips::reference(clip, 224, 168);
    checkIndices(sampled, reference);
    compare(sampled, reference);
    CHECK(sampled.report.got == 10);
    CHECK(sampled.report.wanted == 10);
    CHECK(sampled.report.decodeErrors == 0);
}

TEST_CASE("any number of decoders and the whole of the video give the same frames") {
    const Sampled one = sample(clips::h264(), exactly(74), 1);
    const Sampled many = sample(clips::h264(), exactly(74), 3);
    CHECK(one.report.decoders == 1);
    CHECK(many.report.decoders > 1);
    REQUIRE(one.frames.size() == 74);
    REQUIRE(many.frames.size() == 74);
    for (std::size_t i = 0; i < one.frames.size(); ++i) {
        CHECK(one.frames[i].position == static_cast<int>(i));
        CHECK(one.frames[i].ptsTicks == many.frames[i].ptsTicks);
        CHECK(at::equal(one.frames[i].rgb, many.frames[i].rgb));
    }
    checkIndices(one, clips::reference(clips::h264(), 224, 168));
}

TEST_CASE("with a card or without one the frames are those of the processor") {
    initVideoLibrary();
    const VideoInfo info = probeVideo(clips::h264());
    const FramePlan plan = planFrames(info, exactly(12));
    std::vector<std::vector<SampledFrame>> runs;
    for (const int cardDecoders : {0, 2}) {
        SamplingLimits limits;
        limits.threads = 1;
        limits.cardDecoders = cardDecoders;
        std::vector<SampledFrame>& frames = runs.emplace_back();
        const SamplingReport report = sampleFrames(
            info, plan, limits, [&](SampledFrame&& frame) { frames.push_back(frame); });
        CHECK(report.decoders >= 1 + report.cardDecoders);
        CHECK((report.framesOnCard == 0 || report.cardDecoders == 2));
    }
    REQUIRE(runs[0].size() == 12);
    REQUIRE(runs[1].size() == 12);
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK(runs[0][i].timeS == runs[1][i].timeS);
        CHECK(at::equal(runs[0][i].rgb, runs[1][i].rgb));
    }
}

TEST_CASE("frames shrink and grow as torchvision resizes them") {
    SamplingOptions options = exactly(4);
    options.maxVideoTokens = GENERATE(40, 16384);
    options.minTokensPerPair = options.maxVideoTokens == 40 ? 4 : 128;
    const auto clip = clips::make("odd_size.mp4",
                                  "-f lavfi -i testsrc2=size=322x242:rate=10:duration=1 "
                                  "-c:v libx264 -pix_fmt yuv420p");
    const Sampled sampled = sample(clip, options);
    CHECK(sampled.frames[0].rgb.size(1) == sampled.plan.size.height);
    CHECK(sampled.frames[0].rgb.size(2) == sampled.plan.size.width);
    CHECK(sampled.frames[0].rgb.is_contiguous());
    compare(sampled, clips::reference(clip, 322, 242));
}

TEST_CASE("a rotated clip comes upright") {
    const Sampled sampled = sample(clips::rotated(), exactly(4));
    CHECK(sampled.info.rotationDegrees != 0);
    CHECK(sampled.info.displayWidth == 168);
    CHECK(sampled.info.displayHeight == 224);
    compare(sampled, clips::reference(clips::rotated(), 168, 224));
}

TEST_CASE("frames at uneven times are taken by their own time stamps") {
    const Sampled sampled = sample(clips::variableRate(), exactly(12));
    const clips::Reference reference = clips::reference(clips::variableRate(), 224, 168);
    checkIndices(sampled, reference);
    compare(sampled, reference);
    const double second = sampled.frames[1].timeS - sampled.frames[0].timeS;
    const double last = sampled.frames[11].timeS - sampled.frames[10].timeS;
    CHECK(last > 1.3 * second);  // time runs slower and slower in this clip
    for (std::size_t i = 0; i < sampled.frames.size(); ++i) {
        CHECK(sampled.frames[i].timeS == sampled.plan.wanted[i].wantedS);
    }
}

TEST_CASE("frames before an edit list's start are not shown and time counts from its first frame") {
    const Sampled sampled = sample(clips::editList(), exactly(10));
    const clips::Reference reference = clips::reference(clips::editList(), 224, 168);
    checkIndices(sampled, reference);
    compare(sampled, reference);
    CHECK(sampled.frames.front().timeS == 0);
}

TEST_CASE("a late or negative start counts as zero seconds") {
    const auto clip = GENERATE_COPY(
        clips::make("late.ts", "-i '" + clips::h264().string() +
                                   "' -c copy -output_ts_offset 5 -avoid_negative_ts disabled"),
        clips::make("negative.ts", "-i '" + clips::h264().string() +
                                       "' -c copy -output_ts_offset -3 -muxdelay 0 "
                                       "-avoid_negative_ts disabled"));
    INFO(clip.string());
    const Sampled sampled = sample(clip, exactly(10));
    const clips::Reference reference = clips::reference(clip, 224, 168);
    CHECK(reference.ptsTicks.front() != 0);
    checkIndices(sampled, reference);
    compare(sampled, reference);
    CHECK(sampled.frames.front().timeS == 0);
}

TEST_CASE("anamorphic pixels are stretched to their shown shape") {
    const auto clip = clips::make("anamorphic.mp4",
                                  "-f lavfi -i testsrc2=size=180x144:rate=10:duration=1,setsar=2/1 "
                                  "-c:v libx264 -pix_fmt yuv420p");
    const Sampled sampled = sample(clip, exactly(4));
    CHECK(sampled.info.displayWidth == 360);
    CHECK(sampled.info.displayHeight == 144);
    const FrameSize size = sampled.plan.size;
    CHECK(size.width > 2 * size.height);
    compare(sampled, clips::reference(clip, 180, 144));
}

TEST_CASE("ten-bit frames are those the ffmpeg command extracts") {
    const auto clip = clips::make("ten_bit.mkv", clips::drawn(1) +
                                                     " -c:v libx265 -preset ultrafast "
                                                     "-x265-params log-level=error "
                                                     "-pix_fmt yuv420p10le");
    const Sampled sampled = sample(clip, exactly(6));
    CHECK(sampled.info.pixelFormat == "yuv420p10le");
    compare(sampled, clips::reference(clip, 224, 168));
}

TEST_CASE("a still picture or a video of one frame comes as that frame twice") {
    const auto clip = GENERATE_COPY(clips::still(), clips::oneFrame(),
                                    clips::make("photo.jpg", clips::drawn(1) + " -frames:v 1"));
    INFO(clip.string());
    const Sampled sampled = sample(clip, {});
    REQUIRE(sampled.frames.size() == 2);
    CHECK(sampled.report.got == 1);
    CHECK(sampled.report.wanted == 1);
    CHECK_FALSE(sampled.frames[0].isRepeat);
    CHECK(sampled.frames[1].isRepeat);
    CHECK(at::equal(sampled.frames[0].rgb, sampled.frames[1].rgb));
    compare(sampled, clips::reference(clip, 224, 168));
}

TEST_CASE("a picture's name is not read as a pattern of numbers") {
    const auto copy = clips::write("percent%03d.png", clips::bytesOf(clips::still()));
    const Sampled sampled = sample(copy, {});
    REQUIRE(sampled.frames.size() == 2);
    compare(sampled, clips::reference(clips::still(), 224, 168));
}

TEST_CASE("a range of the video is sampled alone") {
    SamplingOptions options = exactly(4);
    options.fromS = 1;
    options.toS = 2;
    const Sampled sampled = sample(clips::h264(), options);
    CHECK(sampled.report.firstS == Approx(1));
    CHECK(sampled.report.lastS == Approx(2));
}

TEST_CASE("packets that nothing refers to are passed over on the way to an exact frame") {
    SamplingOptions options = exactly(2);
    options.fromS = 0.9;
    options.toS = 0.96;
    const Sampled sampled = sample(clips::h264(), options, 1);
    CHECK(sampled.report.packetsRead <= 27);
    CHECK(sampled.report.framesDecoded < sampled.report.packetsRead - 5);
    compare(sampled, clips::reference(clips::h264(), 224, 168));
}

TEST_CASE("damage is counted and does not stop the rest") {
    std::string bytes = clips::bytesOf(clips::h264());
    for (std::size_t i = 20000; i < bytes.size() / 2; i += 97) bytes[i] = static_cast<char>(i);
    const Sampled sampled = sample(clips::write("damaged.mp4", bytes), exactly(20));
    CHECK(sampled.report.decodeErrors > 0);
    CHECK(sampled.report.got > 0);
    CHECK(sampled.frames.size() % 2 == 0);
    for (std::size_t i = 1; i < sampled.frames.size(); ++i) {
        CHECK(
            (sampled.frames[i].timeS > sampled.frames[i - 1].timeS || sampled.frames[i].isRepeat));
    }
}

TEST_CASE("what the receiver throws comes through and ends the decoders") {
    initVideoLibrary();
    const VideoInfo info = probeVideo(clips::h264());
    const auto thrower = [](SampledFrame&&) { throw std::runtime_error("enough"); };
    CHECK_THROWS_WITH(sampleFrames(info, planFrames(info, exactly(20)), {}, thrower), "enough");
}

}  // namespace
}  // namespace reelquery
