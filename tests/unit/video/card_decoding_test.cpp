// What a card decodes, how much of it that takes, and how its pictures become those of a processor.

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

#include "tests/unit/video/made_up_video.h"
#include "vision/video/decode_memory.h"
#include "vision/video/paired_planes.h"

namespace reelquery {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

VideoInfo film(const char* codec, int width, int height, int bitsPerPixel = 12) {
    VideoInfo info = headerOnly(1000, 25, width, height);
    info.codec = codec;
    info.bitsPerPixel = bitsPerPixel;
    return info;
}

}  // namespace

TEST_CASE("A card decodes unasked what it was seen to be faster at") {
    const auto unasked = [](const VideoInfo& info) {
        return cardDecoders(info, DecodeChoice::kAuto, 8 * kGiB);
    };
    CHECK(unasked(film("hevc", 1920, 1080)) > 0);
    CHECK(unasked(film("hevc", 3840, 2160, 24)) > 0);
    CHECK(unasked(film("vp9", 3840, 2160)) > 0);
    CHECK(unasked(film("vp9", 1920, 1080)) == 0);
    CHECK(unasked(film("h264", 3840, 2160)) == 0);
    CHECK(unasked(film("av1", 3840, 2160)) == 0);
    CHECK(cardDecoders(film("h264", 1920, 1080), DecodeChoice::kCard, 8 * kGiB) > 0);
    CHECK(cardDecoders(film("hevc", 1920, 1080), DecodeChoice::kProcessor, 8 * kGiB) == 0);
    VideoInfo still = film("hevc", 4000, 3000);
    still.isStillImage = true;
    CHECK(cardDecoders(still, DecodeChoice::kCard, 8 * kGiB) == 0);
}

TEST_CASE("A card's decoders stay in what is left of its memory") {
    for (const VideoInfo& info : {film("hevc", 1920, 1080), film("hevc", 3840, 2160, 24)}) {
        const std::int64_t each = cardDecoderBytes(info);
        CHECK(each > std::int64_t{info.codedWidth} * info.codedHeight * info.bitsPerPixel / 8 * 8);
        CHECK(cardDecoders(info, DecodeChoice::kAuto, each - 1) == 0);
        CHECK(cardDecoders(info, DecodeChoice::kAuto, each) == 1);
        const int most = cardDecoders(info, DecodeChoice::kAuto, 80 * kGiB);
        CHECK(most <= kMostCardDecoders);
        CHECK(most * each <= kMostCardBytes);
    }
    CHECK(cardDecoders(film("hevc", 1920, 1080), DecodeChoice::kAuto, -kGiB) == 0);
    // 8K in 10 bits: not even one.
    CHECK(cardDecoders(film("hevc", 7680, 4320, 24), DecodeChoice::kAuto, 80 * kGiB) == 0);
}

TEST_CASE("Chroma in pairs is put apart, in 8 and 10 bits, at odd sizes and strides") {
    constexpr int kWidth = 7, kHeight = 5, kHalfWidth = 4, kHalfHeight = 3;
    for (const int bits : {8, 10}) {
        const int bytes = bits == 8 ? 1 : 2, shift = bits == 8 ? 0 : 6;
        const auto write = [&](std::vector<std::uint8_t>& rows, std::size_t at, int value) {
            const auto word = static_cast<std::uint16_t>(value << shift);
            std::memcpy(&rows[at], &word, static_cast<std::size_t>(bytes));
        };
        const int lumaRow = kWidth * bytes + 3, pairRow = 2 * kHalfWidth * bytes + 5;
        std::vector<std::uint8_t> luma(static_cast<std::size_t>(lumaRow * kHeight) + 1, 0xee);
        std::vector<std::uint8_t> pairs(static_cast<std::size_t>(pairRow * kHalfHeight) + 1, 0xee);
        const int scale = bits == 8 ? 1 : 4;
        for (int y = 0; y < kHeight; ++y)
            for (int x = 0; x < kWidth; ++x)
                write(luma, static_cast<std::size_t>(y * lumaRow + x * bytes),
                      scale * (y * 20 + x));
        for (int y = 0; y < kHalfHeight; ++y)
            for (int x = 0; x < 2 * kHalfWidth; ++x)
                write(pairs, static_cast<std::size_t>(y * pairRow + x * bytes),
                      scale * (128 + y * 20 + x));
        std::array<std::vector<std::uint8_t>, 3> out;
        std::array<PlaneRows, 3> planes;
        for (std::size_t i = 0; i < 3; ++i) {
            const int row = (i == 0 ? kWidth : kHalfWidth) * bytes + 1;
            out[i].assign(static_cast<std::size_t>(row * kHeight), 0xcc);
            planes[i] = {out[i].data(), row};
        }
        partPlanes({.luma = {luma.data(), lumaRow},
                    .pairs = {pairs.data(), pairRow},
                    .width = kWidth,
                    .height = kHeight,
                    .bits = bits},
                   planes);
        const auto read = [&](std::size_t plane, int x, int y) {
            std::uint16_t word = 0;
            std::memcpy(&word, planes[plane].data + y * planes[plane].rowBytes + x * bytes,
                        static_cast<std::size_t>(bytes));
            return int{word};
        };
        for (int y = 0; y < kHeight; ++y) {
            for (int x = 0; x < kWidth; ++x) REQUIRE(read(0, x, y) == scale * (y * 20 + x));
            // Nothing behind a row's end.
            REQUIRE(planes[0].data[y * planes[0].rowBytes + kWidth * bytes] == 0xcc);
        }
        for (int y = 0; y < kHalfHeight; ++y)
            for (int x = 0; x < kHalfWidth; ++x) {
                REQUIRE(read(1, x, y) == scale * (128 + y * 20 + 2 * x));
                REQUIRE(read(2, x, y) == scale * (128 + y * 20 + 2 * x + 1));
            }
    }
}

}  // namespace reelquery
