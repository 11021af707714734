#include "tests/support/clips.h"

#include <ATen/ATen.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace reelquery::clips {
namespace fs = std::filesystem;

namespace {

std::string quoted(const fs::path& path) {
    std::string text = path.string();
    text.insert(text.begin(), '\'');
    text.push_back('\'');
    return text;
}

/// Standard output of a shell command. Throws when it fails.
std::string run(const std::string& command) {
    std::FILE* pipe = popen(command.c_str(), "r");
    if (!pipe) throw std::runtime_error("cannot start: " + command);
    std::string output;
    char block[1 << 16];
    while (const std::size_t got = std::fread(block, 1, sizeof block, pipe)) {
        output.append(block, got);
    }
    if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
    return output;
}

constexpr const char* kH264 = " -c:v libx264 -preset veryfast -g 25 -bf 3 -pix_fmt yuv420p ";

/// The drawn picture's colours with their white at 1000 cd/m2. Full-size chroma, so that tone maps
/// are compared and not ways to interpolate it.
fs::path hdr(const std::string& name, const std::string& transfer, const std::string& filter) {
    return make(name, drawn(1) + " -frames:v 6 -vf format=yuv420p" + filter +
                          ",setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709"
                          ":range=tv,zscale=t=linear:npl=1000,format=gbrpf32le,zscale=p=bt2020:t=" +
                          transfer +
                          ":m=bt2020nc:r=limited:npl=1000,format=yuv444p10le "
                          "-c:v libx265 -preset ultrafast -x265-params "
                          "log-level=error:colorprim=bt2020:colormatrix=bt2020nc:transfer=" +
                          transfer);
}

}  // namespace

fs::path folder() {
    const fs::path path = REELQUERY_CLIP_FOLDER;
    fs::create_directories(path);
    return path;
}

fs::path make(const std::string& name, const std::string& arguments) {
    const fs::path clip = folder() / name;
    // Another program's clip of the same name, or an earlier version's, is made anew.
    const fs::path recipe = folder() / "recipes" / name;
    if (fs::exists(clip) && fs::exists(recipe) && bytesOf(recipe) == arguments) return clip;
    // In a folder of this process until it is whole, for programs that run at the same time.
    const fs::path part = folder() / std::to_string(getpid()) / name;
    fs::create_directories(part.parent_path());
    run("SVT_LOG=1 ffmpeg -nostdin -v error -y " + arguments + " " + quoted(part));
    fs::rename(part, clip);
    fs::remove_all(part.parent_path());
    fs::create_directories(recipe.parent_path());
    std::ofstream(recipe, std::ios::binary) << arguments;
    return clip;
}

fs::path write(const std::string& name, const std::string& bytes) {
    const fs::path file = folder() / name;
    std::ofstream(file, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file;
}

std::string bytesOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
}

std::string drawn(double seconds) {
    return "-f lavfi -i testsrc2=size=224x168:rate=25:duration=" + std::to_string(seconds);
}

fs::path h264() {
    return make("h264.mp4", drawn(3) + kH264);
}

fs::path rotated() {
    return make("rotated.mp4", "-i " + quoted(h264()) + " -c copy -metadata:s:v rotate=90");
}

fs::path variableRate() {
    // Every third frame dropped, and time running ever slower.
    return make("vfr.mp4", drawn(3) +
                               " -vf \"select='mod(n,3)',setpts='PTS*(1+T/3)'\" -vsync vfr "
                               "-video_track_timescale 90000" +
                               kH264);
}

fs::path editList() {
    // Copying from the middle of a group of pictures keeps its key frame and hides what precedes.
    return make("edit_list.mp4", "-ss 1.5 -i " + quoted(h264()) + " -c copy");
}

fs::path oneFrame() {
    return make("one_frame.mp4", drawn(1) + kH264 + "-frames:v 1");
}

fs::path still() {
    return make("still.png", drawn(1) + " -frames:v 1");
}

fs::path hdrPq() {
    return hdr("pq.mkv", "smpte2084", "");
}

fs::path hdrHlg() {
    return hdr("hlg.mkv", "arib-std-b67", ",hue=s=0");
}

Reference reference(const fs::path& clip, int width, int height, const std::string& filter) {
    Reference result;
    std::istringstream stamps(
        run("ffprobe -v error -fflags +genpts -select_streams v:0 "
            "-show_entries frame=best_effort_timestamp -of csv=p=0 " +
            quoted(clip)));
    for (std::string line; std::getline(stamps, line);) {
        if (!line.empty()) result.ptsTicks.push_back(std::stoll(line));
    }
    std::string command = "ffmpeg -nostdin -v error -i " + quoted(clip);
    if (!filter.empty()) command.append(" -vf \"").append(filter).append("\"");
    const std::string raw = run(command + " -vsync passthrough -pix_fmt rgb24 -f rawvideo -");
    const auto frameBytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
    if (raw.size() != frameBytes * result.ptsTicks.size()) {
        throw std::runtime_error("ffmpeg wrote " + std::to_string(raw.size()) + " bytes, not " +
                                 std::to_string(result.ptsTicks.size()) + " frames of " +
                                 clip.string());
    }
    for (std::size_t at = 0; at < raw.size(); at += frameBytes) {
        const at::Tensor packed =
            at::from_blob(const_cast<char*>(raw.data()) + at, {height, width, 3}, at::kByte);
        result.rgb.push_back(packed.permute({2, 0, 1}).clone(at::MemoryFormat::Contiguous));
    }
    return result;
}

at::Tensor resized(const at::Tensor& rgb, int height, int width) {
    return at::_upsample_bicubic2d_aa(rgb.unsqueeze(0).to(at::kFloat), {height, width}, false)
        .squeeze(0)
        .clamp(0, 255)
        .round()
        .to(at::kByte);
}

double meanDifference(const at::Tensor& a, const at::Tensor& b) {
    if (a.sizes() != b.sizes()) throw std::runtime_error("pictures of different sizes");
    return (a.to(at::kDouble) - b.to(at::kDouble)).abs().mean().item<double>();
}

}  // namespace reelquery::clips
