// Pictures as a person sees them: on white where they are transparent, upright, whole where they
// are interlaced, in the colours that the container tells; and files named for what they are.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/error.h"
#include "tests/support/clips.h"
#include "tests/unit/video/numbered_sampling.h"

namespace reelquery {
namespace {

struct SampledPicture {
    VideoInfo info;
    FramePlan plan;
    std::vector<SampledFrame> frames;
};

SampledPicture samplePicture(const std::filesystem::path& file, int frames = 4) {
    initVideoLibrary();
    SampledPicture sampled;
    sampled.info = probeVideo(file);
    sampled.plan = planFrames(sampled.info, someFrames(frames));
    sampleFrames(sampled.info, sampled.plan, {},
                 [&](SampledFrame&& frame) { sampled.frames.push_back(std::move(frame)); });
    return sampled;
}

std::string pictureRefusal(const std::filesystem::path& file) {
    try {
        samplePicture(file);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kVideo);
        return error.what();
    }
    FAIL(file << " was accepted");
    return {};
}

double at(const at::Tensor& rgb, double x, double y, int channel = 0) {
    const auto row = static_cast<std::int64_t>(y * static_cast<double>(rgb.size(1)));
    const auto column = static_cast<std::int64_t>(x * static_cast<double>(rgb.size(2)));
    return rgb[channel][row][column].item<double>();
}

TEST_CASE("transparent pictures are laid on white") {
    // A black disc on a transparent ground whose hidden colour is black, too.
    const std::string disc =
        "-f lavfi -i \"color=c=black:s=224x224:r=10:d=1,format=rgba,"
        "geq=r=0:g=0:b=0:a='if(lt(hypot(X-112,Y-112),60),255,if(lt(hypot(X-112,Y-112),80),128,0))'"
        "\" ";
    const auto file =
        GENERATE_COPY(clips::make("disc.png", disc + "-frames:v 1"),
                      clips::make("disc.mov", disc + "-c:v qtrle -pix_fmt argb"),
                      clips::make("disc_prores.mov", disc + "-c:v prores_ks -pix_fmt yuva444p10le"),
                      clips::make("disc.mkv", disc + "-c:v ffv1 -pix_fmt yuva420p"),
                      clips::make("disc_vp9.webm", disc + "-c:v libvpx-vp9 -pix_fmt yuva420p "
                                                          "-deadline realtime -b:v 2M"),
                      clips::make("disc_vp8.webm", disc + "-c:v libvpx -pix_fmt yuva420p "
                                                          "-auto-alt-ref 0 -b:v 2M"));
    INFO(file.string());
    const bool isLossy = file.extension() == ".webm";
    for (const SampledFrame& frame : samplePicture(file).frames) {
        CHECK(at(frame.rgb, 0.5, 0.5) <= 4);
        CHECK(at(frame.rgb, 0.05, 0.05) >= 251);
        CHECK(at(frame.rgb, 0.5 + 70.0 / 224, 0.5) ==
              Approx(127).margin(isLossy ? 12 : 6));  // half of each
    }
}

TEST_CASE("interlaced pictures are made whole as the ffmpeg command's filter does") {
    const std::string fields =
        "-f lavfi -i testsrc2=size=224x168:rate=50:duration=2 "
        "-vf interlace=scan=tff -flags +ildct+ilme -pix_fmt yuv420p ";
    const auto clip =
        GENERATE_COPY(clips::make("fields.ts", fields + "-c:v libx264 -g 12"),
                      clips::make("fields.mkv", fields + "-c:v mpeg2video -q:v 2 -g 12 -bf 2"));
    INFO(clip.string());
    const SampledPicture sampled = samplePicture(clip, 12);
    CHECK(sampled.info.isInterlaced);
    const clips::Reference reference =
        clips::reference(clip, 224, 168, "bwdif=mode=send_frame:parity=auto:deint=interlaced");
    const clips::Reference combed = clips::reference(clip, 224, 168);
    REQUIRE(sampled.frames.size() == 12);
    double combedDifference = 0;
    for (std::size_t i = 0; i < 12; ++i) {
        const auto place = static_cast<std::size_t>(sampled.plan.wanted[i].frameIndex);
        const auto resized = [&](const at::Tensor& rgb) {
            return clips::resized(rgb, sampled.plan.size.height, sampled.plan.size.width);
        };
        INFO("frame " << place);
        CHECK(clips::meanDifference(sampled.frames[i].rgb, resized(reference.rgb[place])) <= 0.1);
        combedDifference +=
            clips::meanDifference(sampled.frames[i].rgb, resized(combed.rgb[place])) / 12;
    }
    CHECK(combedDifference > 0.3);  // so the clip does show combs
}

TEST_CASE("grey of limited range is stretched to black and white") {
    const auto clip = clips::make(
        "limited_grey.mkv",
        "-f lavfi -i "
        "\"color=c=black:s=224x168:r=5:d=1,format=gray,geq=lum='if(lt(X,112),16,235)'\" "
        "-color_range tv -c:v ffv1");
    const SampledPicture sampled = samplePicture(clip);
    CHECK(at(sampled.frames[0].rgb, 0.25, 0.5) == 0);
    CHECK(at(sampled.frames[0].rgb, 0.75, 0.5) == 255);
}

TEST_CASE("colours that only the container tells are used") {
    // PQ as Matroska alone says it: the stream's own words are taken out.
    const auto clip = clips::make(
        "pq_container.mkv",
        clips::drawn(1) +
            " -vf format=yuv420p10le,setparams=color_trc=smpte2084:color_primaries=bt2020:"
            "colorspace=bt2020nc -c:v ffv1 -level 3");
    const SampledPicture sampled = samplePicture(clip);
    CHECK(sampled.info.isHdr());
    VideoInfo plain = sampled.info;
    CHECK(plain.transfer == Transfer::kPq);
    // Tone-mapped, so not what the codes say when they are taken for ordinary ones.
    const clips::Reference asSdr = clips::reference(clip, 224, 168);
    const double ours = sampled.frames[0].rgb.to(at::kFloat).mean().item<double>();
    const double sdr = asSdr.rgb[0].to(at::kFloat).mean().item<double>();
    CHECK(std::abs(ours - sdr) > 5);  // read as SDR it is the same but for the resize
}

TEST_CASE("a turn that PNG and WebP photos tell is followed") {
    const std::string block("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", 26);
    std::string png = clips::bytesOf(clips::still());
    std::string chunk(
        "\0\0\0\x1a"
        "eXIf",
        8);
    chunk += block + std::string(4, '\0');
    png.insert(33, chunk);  // behind the signature and the first chunk
    std::string webp =
        clips::bytesOf(clips::make("for_turn.webp", clips::drawn(1) + " -frames:v 1 -c:v libwebp"));
    if (webp.substr(12, 4) == "VP8 " || webp.substr(12, 4) == "VP8L") {
        std::string extended("VP8X\x0a\0\0\0\x08\0\0\0\xdf\0\0\xa7\0\0", 18);  // 224x168, has EXIF
        webp.insert(12, extended);
    }
    webp += std::string("EXIF\x1a\0\0\0", 8) + block;
    const auto size = static_cast<std::uint32_t>(webp.size() - 8);
    for (int i = 0; i < 4; ++i) webp[4 + std::size_t(i)] = static_cast<char>(size >> (8 * i));
    const auto file =
        GENERATE_COPY(clips::write("turned.png", png), clips::write("turned.webp", webp));
    INFO(file.string());
    const SampledPicture sampled = samplePicture(file);
    CHECK(sampled.info.rotationDegrees == 90);
    CHECK(sampled.info.displayWidth == 168);
    CHECK(sampled.info.displayHeight == 224);
}

TEST_CASE("a turn inside the video stream turns every frame and is planned with") {
    const auto clip = GENERATE_COPY(
        clips::make("sei_turn.mp4", "-i '" + clips::h264().string() +
                                        "' -c copy -bsf:v "
                                        "h264_metadata=display_orientation=insert:rotate=90"),
        clips::make("sei_turn.mkv", "-i '" + clips::h264().string() +
                                        "' -c copy -bsf:v "
                                        "h264_metadata=display_orientation=insert:rotate=90"));
    INFO(clip.string());
    const SampledPicture sampled = samplePicture(clip);
    CHECK(sampled.info.displayWidth == 168);
    CHECK(sampled.info.displayHeight == 224);
    const clips::Reference upright = clips::reference(clips::h264(), 224, 168);
    const bool isClockwise = sampled.info.rotationDegrees == 90;
    for (std::size_t i = 0; i < sampled.frames.size(); ++i) {
        const auto place = static_cast<std::size_t>(sampled.plan.wanted[i].frameIndex);
        const at::Tensor turned = upright.rgb[place].transpose(1, 2).flip(isClockwise ? 2 : 1);
        const FrameSize size = sampled.plan.size;
        CHECK(clips::meanDifference(sampled.frames[i].rgb,
                                    clips::resized(turned.contiguous(), size.height, size.width)) <=
              2.0);
    }
}

TEST_CASE("files that cannot be read here are named for what they are") {
    const std::string heic = std::string(
                                 "\0\0\0\x18"
                                 "ftypheic\0\0\0\0mif1heic\0\0\0\x0cmeta\0\0\0\0\0\0\x0f\xa8mdat",
                                 44) +
                             std::string(4000, '\0');
    CHECK_THAT(pictureRefusal(clips::write("photo.heic", heic)), Catch::Contains("HEIC"));
    CHECK_THAT(
        pictureRefusal(clips::make("moving.webp", clips::drawn(1) + " -c:v libwebp_anim -loop 0")),
        Catch::Contains("animated WebP"));
    const auto key = std::string(" -encryption_scheme cenc-aes-ctr -encryption_key ") +
                     std::string(32, '7') + " -encryption_kid " + std::string(32, '3');
    const std::string locked = pictureRefusal(
        clips::make("locked.mp4", "-i '" + clips::h264().string() + "' -c copy" + key));
    CHECK_THAT(locked, Catch::Contains("encrypted"));
    std::string huge("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x80\0\0\0\x80\0\x08\x02\0\0\0", 29);
    huge += std::string("\x1b\xb0\xe8\xdb", 4) + std::string("\0\0\0\0IEND\xae\x42\x60\x82", 12);
    CHECK_THAT(pictureRefusal(clips::write("huge.png", huge)), Catch::Contains("32768x32768"));
}

TEST_CASE("half a JPEG is not taken for a whole one") {
    const auto whole =
        clips::make("for_half.jpg", "-f lavfi -i testsrc2=size=1280x720 -frames:v 1 -q:v 2");
    const std::string bytes = clips::bytesOf(whole);
    CHECK(samplePicture(whole).frames.size() == 2);
    CHECK_THAT(pictureRefusal(clips::write("half.jpg", bytes.substr(0, bytes.size() * 2 / 5))),
               Catch::Contains("cut short"));
    // What cameras append behind the picture does no harm.
    CHECK(
        samplePicture(clips::write("trailer.jpg", bytes + std::string(5000, '\0'))).frames.size() ==
        2);
}

}  // namespace
}  // namespace reelquery
