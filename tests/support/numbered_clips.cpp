#include "tests/support/numbered_clips.h"

#include <ATen/ATen.h>
#include <unistd.h>

#include <system_error>

#include "tests/support/clips.h"

namespace reelquery::clips {
namespace {

constexpr int kColumns = 6, kRows = 2;
constexpr int kWidth = 192, kHeight = 96;

/// One number as planes of yuv420p.
std::string frameOf(int number) {
    std::string planes;
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth; ++x) {
            const int bit = x * kColumns / kWidth + kColumns * (y * kRows / kHeight);
            planes.push_back(static_cast<char>((number >> bit) & 1 ? 235 : 16));
        }
    }
    for (const bool isRed : {false, true}) {
        for (int i = 0; i < kWidth / 2 * (kHeight / 2); ++i) {
            const int x = i % (kWidth / 2), y = i / (kWidth / 2);
            planes.push_back(static_cast<char>(isRed ? 156 - 56 * y / (kHeight / 2)
                                                     : 100 + 56 * x / (kWidth / 2)));
        }
    }
    return planes;
}

}  // namespace

std::string numbered(int frames, int fps, int first) {
    // Written by ourselves: ffmpeg's filter of expressions takes longer than all the encoding.
    const std::string name =
        "numbers_" + std::to_string(first) + "_" + std::to_string(frames) + ".yuv";
    const std::filesystem::path file = folder() / name;
    std::error_code none;
    const auto bytes = static_cast<std::uintmax_t>(frames) * (kWidth * kHeight * 3 / 2);
    if (std::filesystem::file_size(file, none) != bytes) {
        std::string all;
        all.reserve(bytes);
        for (int number = first; number < first + frames; ++number) all += frameOf(number);
        // Another program may be at it, too.
        const std::string aside = name + "." + std::to_string(getpid());
        std::filesystem::rename(write(aside, all), file);
    }
    return "-f rawvideo -pix_fmt yuv420p -s 192x96 -framerate " + std::to_string(fps) + " -i '" +
           file.string() + "'";
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
