#include "tests/support/numbered_clips.h"

#include <ATen/ATen.h>

#include "tests/support/clips.h"

namespace reelquery::clips {
namespace {

constexpr int kColumns = 6, kRows = 2;

}  // namespace

std::string numbered(int frames, int fps, int first) {
    return "-f lavfi -i \"color=c=gray:s=192x96:r=" + std::to_string(fps) +
           ",format=yuv420p,trim=end_frame=" + std::to_string(frames) +
           ",geq=lum='16+219*mod(floor((N+" + std::to_string(first) +
           ")/pow(2,floor(X/32)+6*floor(Y/48))),2)':cb='100+56*X/W':cr='156-56*Y/H'\"";
}

std::string numberedH264(int keyEvery, int bFrames) {
    const std::string every = std::to_string(keyEvery);
    return " -c:v libx264 -preset veryfast -crf 18 -pix_fmt yuv420p -sc_threshold 0 -g " + every +
           " -keyint_min " + every + " -bf " + std::to_string(bFrames) + " ";
}

int numberIn(const at::Tensor& rgb) {
    const at::Tensor grey = rgb.to(at::kFloat).mean(0);
    const std::int64_t height = grey.size(0), width = grey.size(1);
    int number = 0;
    for (int bit = 0; bit < kColumns * kRows; ++bit) {
        const std::int64_t y = height * (2 * (bit / kColumns) + 1) / (2 * kRows);
        const std::int64_t x = width * (2 * (bit % kColumns) + 1) / (2 * kColumns);
        const at::Tensor block = grey.slice(0, y - 2, y + 3).slice(1, x - 2, x + 3);
        if (block.mean().item<float>() > 125) number |= 1 << bit;
    }
    return number;
}

std::filesystem::path join(const std::string& name, const std::filesystem::path& first,
                           const std::filesystem::path& second) {
    return write(name, bytesOf(first) + bytesOf(second));
}

std::string shownAt(const std::string& seconds) {
    return " -vf \"settb=1/1000,setpts='(" + seconds +
           ")/TB'\" -vsync passthrough -enc_time_base 1/1000 ";
}

}  // namespace reelquery::clips
