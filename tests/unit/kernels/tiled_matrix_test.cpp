// The tiles of packed weights, without a card: the words that the loading kernel makes, read back
// the way the product kernels read them, against weights by the formats' own tables.

#include "kernels/gemm/tiled_matrix.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "kernels/gemm/code_words.cuh"
#include "kernels/gemm/step_share.h"
#include "kernels/gemm/tile_words.h"
#include "tests/gpu/packed_sample.h"

namespace reelquery::test {

using namespace kernels;

namespace {

// The code and upper-bit planes of a sample, as the loading kernel writes them.
struct Planes {
    TiledShape shape;
    std::vector<std::uint32_t> codes, high;

    explicit Planes(const PackedSample& sample) : shape(sample.shape()) {
        const TiledPlanes planes = planesOf(shape);
        codes.resize(static_cast<std::size_t>(planes.high / 4), 0xdddddddd);
        high.resize(static_cast<std::size_t>((planes.scales - planes.high) / 4), 0xdddddddd);
        const std::int64_t steps = stepsOf(shape);
        const SourceMatrix source = sample.hostSource();
        for (std::int64_t row = 0; row < tilesOf(shape) * kTileRows; ++row)
            for (std::int64_t step = 0; step < steps; ++step)
                for (int column = 0; column < 4; ++column) {
                    for (int i = 0; i < codeWords(shape.codes); ++i)
                        codes.at(static_cast<std::size_t>(
                            codeWordAt(shape.codes, steps, row, step, column, i / 4) + i % 4)) =
                            makeCodeWord(source, shape, row, step, column, i);
                    for (int i = 0; i < highWords(shape.codes); ++i)
                        high.at(static_cast<std::size_t>(
                            highWordAt(shape.codes, steps, row, step, column) + i)) =
                            makeHighWord(source, shape, row, step, column, i);
                }
    }
};

// What expandCodes() makes of a lane's words, in integers: pair e of sub-block t.
void pairOf(TileCodes codes, const std::uint32_t* words, const std::uint32_t* high, int t, int e,
            unsigned (&pair)[2]) {
    std::uint32_t both;
    if (isByteCode(codes)) {
        both = words[2 * t + e / 2] >> (8 * (e % 2)) & 0x00ff00ffu;
    } else {
        both = words[t] >> (4 * e) & 0x000f000fu;
        if (highWords(codes) > 0) {
            const int shift = highShift(codes, t, 2 * e);
            const std::uint32_t word = high[highWord(codes, t)];
            both |= (shift > 4 ? word >> (shift - 4) : word << (4 - shift)) &
                    (codes == TileCodes::kInt5 ? 0x00100010u : 0x00300030u);
        }
    }
    pair[0] = both & 0xffffu;
    pair[1] = both >> 16;
}

}  // namespace

TEST_CASE("Every value of a matrix has one place among its words") {
    for (const auto codes :
         {TileCodes::kInt4, TileCodes::kInt5, TileCodes::kInt6, TileCodes::kInt8}) {
        const std::int64_t steps = 3;
        std::set<std::int64_t> bits, highBits;
        for (std::int64_t row = 0; row < 32; ++row)
            for (std::int64_t step = 0; step < steps; ++step)
                for (int t = 0; t < kSubBlocks; ++t)
                    for (int value = 0; value < kSubValues; ++value) {
                        const bool byHalves = codes == TileCodes::kInt6;
                        const LanePlace place = placeOf(value, byHalves);
                        REQUIRE(valueOf(place.column, place.index, byHalves) == value);
                        const int word = isByteCode(codes) ? 2 * t + place.index / 4 : t;
                        const std::int64_t at =
                            codeWordAt(codes, steps, row, step, place.column, word / 4) + word % 4;
                        const int shift = isByteCode(codes) ? byteShift(place.index % 4)
                                                            : nibbleShift(place.index);
                        REQUIRE(bits.insert(at * 32 + shift).second);
                        if (highWords(codes) == 0) continue;
                        const std::int64_t top =
                            highWordAt(codes, steps, row, step, place.column) + highWord(codes, t);
                        REQUIRE(
                            highBits.insert(top * 32 + highShift(codes, t, place.index)).second);
                    }
        // All of them, without gaps.
        CHECK(*bits.rbegin() / 32 + 1 == 32 * steps * 4 * codeWords(codes));
        if (highWords(codes) > 0)
            CHECK(*highBits.rbegin() / 32 + 1 == 32 * steps * 4 * highWords(codes));
    }
}

TEST_CASE("The strides that the kernels count by are those of the rule") {
    for (const auto codes : {TileCodes::kInt4, TileCodes::kInt5, TileCodes::kInt6, TileCodes::kInt8,
                             TileCodes::kFp8}) {
        const std::int64_t at = codeWordAt(codes, 7, 19, 2, 3, 0);
        CHECK(codeWordAt(codes, 7, 19, 3, 3, 0) - at == codeStepWords(codes));
        CHECK(codeWordAt(codes, 7, 27, 2, 3, 0) - at == 128);
        CHECK(codeWordAt(codes, 7, 19, 2, 3, 1) - at == 256);
        CHECK(codeStepWords(codes) == codeWords(codes) / 4 * 256);
        const std::int64_t high = highWordAt(codes, 7, 19, 2, 3);
        CHECK(highWordAt(codes, 7, 19, 3, 3) - high == highStepWords(codes));
        CHECK(highWordAt(codes, 7, 27, 2, 3) - high == 32 * highWords(codes));
    }
    for (const int perStep : {1, 2, 4})
        for (const int shift : {0, 1, 31}) {
            const std::int64_t first = scaleAt(5, shift, perStep, 19, 0);
            for (std::int64_t step = 0; step < 8; ++step)
                CHECK(scaleAt(5, shift, perStep, 19, step) ==
                      first + (step >> shift) * kTileRows * perStep);
            CHECK(scaleAt(5, shift, perStep, 27, 0) == first + 8 * perStep);
        }
    CHECK(recordAt(5, 19, 3) == recordAt(5, 19, 0) + 3 * kTileRows);
    CHECK(recordAt(5, 27, 3) == recordAt(5, 19, 3) + 8);
}

TEST_CASE("A tile further on lies a tile's bytes further on in every plane") {
    for (const SampleKind& kind : sampleKinds()) {
        TiledShape shape = PackedSample(kind, 1, 256, 1).shape();
        shape.inputs = 1280;
        const TiledPlanes tile = tileBytes(shape);
        const std::int64_t steps = stepsOf(shape);
        INFO(kind.name);
        CHECK((codeWordAt(shape.codes, steps, 37, 3, 2, 0) -
               codeWordAt(shape.codes, steps, 21, 3, 2, 0)) *
                  4 ==
              tile.codes);
        CHECK(
            (highWordAt(shape.codes, steps, 37, 3, 2) - highWordAt(shape.codes, steps, 21, 3, 2)) *
                4 ==
            tile.high);
        const bool isGroups =
            shape.scales == TileScales::kGroups || shape.scales == TileScales::kGroupMins;
        if (isGroups) {
            const auto at = [&](std::int64_t row) {
                return scaleAt(scaleStepsOf(shape), stepShift(shape), scalesPerStep(shape), row, 0);
            };
            const bool isWide =
                shape.scales == TileScales::kGroupMins || shape.scaleType == ScaleType::kFloat32;
            CHECK((at(37) - at(21)) * (isWide ? 4 : 2) == tile.scales);
            CHECK((shape.hasZeros ? at(37) - at(21) : 0) == tile.seconds);
        } else if (shape.scales == TileScales::kBlocks32) {
            CHECK((recordAt(steps / 2, 37, 1) - recordAt(steps / 2, 21, 1)) * 16 == tile.scales);
        } else {
            CHECK((recordAt(steps, 37, 1) - recordAt(steps, 21, 1)) * 8 == tile.scales);
            CHECK((recordAt(steps / 2, 37, 1) - recordAt(steps / 2, 21, 1)) * 2 == tile.seconds);
        }
    }
}

TEST_CASE("Planes begin on 256 bytes and hold what they must") {
    for (const SampleKind& kind : sampleKinds()) {
        TiledShape shape = PackedSample(kind, 1, 256, 1).shape();
        shape.outputs = 3584;
        shape.inputs = 18944;
        const TiledPlanes planes = planesOf(shape);
        INFO(kind.name);
        for (const std::int64_t at : {planes.high, planes.scales, planes.seconds, planes.bytes})
            CHECK(at % 256 == 0);
        const double file = sourceBlock(kind.format).values > 0
                                ? static_cast<double>(sourceRowBytes(kind.format, 18944)) * 3584
                                : static_cast<double>(planes.scales);
        // No format grows: the blocks take the file's bytes.
        CHECK(static_cast<double>(planes.bytes) <
              (sourceBlock(kind.format).values ? 1.0001 : 1.2) * file + 1024);
        CHECK(static_cast<double>(planes.bytes) >= file);
    }
}

TEST_CASE("Products over the fragments of a tile are those with the formats' weights") {
    for (const SampleKind& kind : sampleKinds()) {
        const std::int64_t outputs = 21, inputs = 512;
        const PackedSample sample(kind, outputs, inputs, 5);
        const Planes planes(sample);
        const TiledShape& shape = planes.shape;
        const bool byHalves = isByHalves(shape.scales);
        const int products = shape.scales == TileScales::kBlocks16 ? 1 : 2;
        std::mt19937 random(3);
        std::vector<double> x(static_cast<std::size_t>(inputs) * 8);
        for (auto& value : x) value = static_cast<double>(random() % 17) - 8;
        // x in the order of the matrix' places.
        const auto inputAt = [&](std::int64_t place, int row) {
            const std::int64_t k =
                kind.hasOrder ? sample.order()[static_cast<std::size_t>(place)] : place;
            return x[static_cast<std::size_t>(row * inputs + k)];
        };
        INFO(kind.name);
        std::vector<double> got(32 * 8, 0.0);
        for (std::int64_t tile = 0; tile < tilesOf(shape); ++tile)
            for (std::int64_t step = 0; step < stepsOf(shape); ++step)
                for (int t = 0; t < kSubBlocks; ++t)
                    for (int m = 0; m < 2; ++m) {
                        // m16n8k16 as PTX defines its fragments.
                        double a[16][16] = {}, b[16][8] = {};
                        std::int64_t places[16] = {};
                        for (int lane = 0; lane < 32; ++lane) {
                            const int quad = lane / 4, column = lane % 4;
                            for (int h = 0; h < 2; ++h) {
                                const std::int64_t row = tile * 16 + quad + 8 * h;
                                std::uint32_t words[8] = {};
                                for (int i = 0; i < codeWords(shape.codes); ++i)
                                    words[i] = planes.codes[static_cast<std::size_t>(
                                        codeWordAt(shape.codes, stepsOf(shape), row, step, column,
                                                   i / 4) +
                                        i % 4)];
                                const std::uint32_t* high =
                                    highWords(shape.codes) == 0
                                        ? nullptr
                                        : &planes.high[static_cast<std::size_t>(highWordAt(
                                              shape.codes, stepsOf(shape), row, step, column))];
                                for (int part = 0; part < 2; ++part) {
                                    unsigned pair[2];
                                    pairOf(shape.codes, words, high, t, 2 * m + part, pair);
                                    for (int odd = 0; odd < 2; ++odd)
                                        a[quad + 8 * h][2 * column + 8 * part + odd] = pair[odd];
                                }
                            }
                            for (int part = 0; part < 2; ++part)
                                for (int odd = 0; odd < 2; ++odd) {
                                    const int slot = 2 * column + 8 * part + odd;
                                    const int index = 4 * m + 2 * part + odd;
                                    places[slot] = step * kStepValues + t * kSubValues +
                                                   valueOf(column, index, byHalves);
                                    b[slot][quad] = inputAt(places[slot], quad);
                                }
                        }
                        // One scale serves all 16 (or 32) values: they belong to one group.
                        const std::int64_t unit = products == 1 ? 16 : 32;
                        for (const std::int64_t place : places)
                            REQUIRE(place / unit == places[0] / unit);
                        for (int r = 0; r < 16; ++r)
                            for (int column = 0; column < 8; ++column)
                                for (int k = 0; k < 16; ++k) {
                                    const std::int64_t row = tile * 16 + r;
                                    if (row >= outputs) {
                                        REQUIRE(a[r][k] == 0);
                                        continue;
                                    }
                                    // The weight over its code comes from the reference.
                                    const std::int64_t file =
                                        kind.hasOrder
                                            ? sample.order()[static_cast<std::size_t>(places[k])]
                                            : places[k];
                                    const double weight = static_cast<double>(
                                        sample.weights()[static_cast<std::size_t>(row * inputs +
                                                                                  file)]);
                                    REQUIRE(a[r][k] ==
                                            sourceCode(sample.hostSource(), row, places[k]));
                                    got[static_cast<std::size_t>(row * 8 + column)] +=
                                        weight * b[k][column];
                                }
                    }
        for (std::int64_t row = 0; row < outputs; ++row)
            for (int column = 0; column < 8; ++column) {
                double want = 0, terms = 0;
                for (std::int64_t k = 0; k < inputs; ++k) {
                    const double product =
                        static_cast<double>(
                            sample.weights()[static_cast<std::size_t>(row * inputs + k)]) *
                        x[static_cast<std::size_t>(column * inputs + k)];
                    want += product;
                    terms += std::abs(product);
                }
                REQUIRE(std::abs(got[static_cast<std::size_t>(row * 8 + column)] - want) <=
                        1e-12 * terms);
            }
    }
}

TEST_CASE("Codes of a source give the formats' weights") {
    for (const SampleKind& kind : sampleKinds()) {
        const PackedSample sample(kind, 3, 512, 9);
        const SourceMatrix source = sample.hostSource();
        const TiledShape shape = sample.shape();
        INFO(kind.name);
        for (std::int64_t n = 0; n < 3; ++n)
            for (std::int64_t place = 0; place < 512; ++place) {
                const std::int64_t k =
                    kind.hasOrder ? sample.order()[static_cast<std::size_t>(place)] : place;
                const float weight = sample.weights()[static_cast<std::size_t>(n * 512 + k)];
                const auto code = static_cast<float>(sourceCode(source, n, place));
                if (shape.scales == TileScales::kGroups && shape.codes != TileCodes::kFp8 &&
                    !kind.hasZeros) {
                    // A weight is zero exactly where its code is the implied zero.
                    REQUIRE((weight == 0) ==
                            (code == static_cast<float>(impliedZero(shape.codes))));
                }
                if (sourceBlock(kind.format).values == 32) {
                    const std::uint32_t bits =
                        blockScale(kind.format, sourceBlockAt(source, n, place));
                    const float d = floatOfHalfBits(static_cast<std::uint16_t>(bits));
                    const float m = floatOfHalfBits(static_cast<std::uint16_t>(bits >> 16));
                    const bool hasMin = shape.scales == TileScales::kGroupMins;
                    const float zero = hasMin ? 0 : static_cast<float>(impliedZero(shape.codes));
                    const float product = d * (code - zero);
                    REQUIRE(weight == (hasMin ? product + m : product));
                }
            }
    }
}

namespace {

float numberOfPair(std::uint32_t pair, int odd) {
    const std::uint32_t bits = odd ? pair & 0xffff0000u : pair << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

// Puts code `code` at every place of a lane's words in turn, the other places hold its complement,
// and requires number(code) there.
template <TileCodes kCodes, class Number>
void checkExpansion(unsigned codes, std::uint32_t minus, const Number& number) {
    const unsigned all = codes - 1;
    for (unsigned code = 0; code < codes; ++code)
        for (int t = 0; t < kSubBlocks; ++t)
            for (int index = 0; index < 8; ++index) {
                std::uint32_t words[8] = {}, high[2] = {};
                const auto put = [&](int sub, int i, unsigned value) {
                    if (isByteCode(kCodes)) {
                        words[2 * sub + i / 4] |= value << byteShift(i % 4);
                    } else {
                        words[sub] |= (value & 15u) << nibbleShift(i);
                        high[highWord(kCodes, sub)] |= (value >> 4) << highShift(kCodes, sub, i);
                    }
                };
                for (int sub = 0; sub < kSubBlocks; ++sub)
                    for (int i = 0; i < 8; ++i)
                        put(sub, i, sub == t && i == index ? code : all - code);
                std::uint32_t pairs[4];
                cuda::expandCodes<kCodes>(words, high, t, minus, pairs);
                for (int i = 0; i < 8; ++i) {
                    const float got = numberOfPair(pairs[i / 2], i % 2);
                    REQUIRE(got == number(i == index ? code : all - code));
                }
            }
}

}  // namespace

TEST_CASE("Codes become exact pairs of bf16, with every zero") {
    const auto minus = [](int zero) {
        return [=](unsigned code) { return static_cast<float>(static_cast<int>(code) - zero); };
    };
    for (int zero = 0; zero < 16; ++zero)
        checkExpansion<TileCodes::kInt4>(16, cuda::minusZero(static_cast<unsigned>(zero)),
                                         minus(zero));
    checkExpansion<TileCodes::kInt5>(32, cuda::minusZero(0), minus(0));
    checkExpansion<TileCodes::kInt5>(32, cuda::minusZero(16), minus(16));
    checkExpansion<TileCodes::kInt6>(64, cuda::minusZero(32), minus(32));
    checkExpansion<TileCodes::kInt8>(256, 0, minus(128));
    for (int zero = 0; zero < 256; zero += zero % 16 == 0 ? 1 : 15) {
        const std::uint32_t pair = cuda::minusByteZero(static_cast<unsigned>(zero));
        CHECK(pair != 0);
        checkExpansion<TileCodes::kInt8>(256, pair, minus(zero));
    }
    // All but the two NaN, which the loading kernel moves into the scales.
    checkExpansion<TileCodes::kFp8>(256, 0, [](unsigned code) {
        if ((code & 0x7f) == 0x7f) return code & 0x80 ? -480.f : 480.f;
        return floatOfFp8Byte(static_cast<std::uint8_t>(code));
    });
}

TEST_CASE("Steps of a packed matrix: each once, in order, warps within one of each other") {
    struct Matrix {
        int tiles, steps;
    };

    // A 7B's gate and up, q, k, v and down; a 2B's o; a head; fewer steps than warps.
    constexpr Matrix kMatrices[] = {{2368, 28}, {288, 28}, {224, 148}, {96, 12},
                                    {9504, 28}, {1, 1},    {3, 5},     {133, 1}};
    for (const auto [tiles, steps] : kMatrices) {
        const int blocks = std::min(tiles, 132);
        int nextTile = 0;
        for (int block = 0; block < blocks; ++block) {
            const auto own = cuda::tilesOfBlock(tiles / blocks, tiles % blocks, block);
            REQUIRE(own.first == nextTile);
            REQUIRE(own.count >= tiles / blocks);
            REQUIRE(own.count <= tiles / blocks + 1);
            nextTile += own.count;
            const int total = own.count * steps;
            int nextStep = 0;
            for (int warp = 0; warp < cuda::kWarps; ++warp) {
                REQUIRE(cuda::firstStepOf(total, warp) == nextStep);
                const int end = cuda::firstStepOf(total, warp + 1);
                REQUIRE(end - nextStep >= total / cuda::kWarps);
                REQUIRE(end - nextStep <= total / cuda::kWarps + 1);
                for (; nextStep < end; ++nextStep) REQUIRE(cuda::warpOf(total, nextStep) == warp);
            }
            REQUIRE(nextStep == total);
        }
        CHECK(nextTile == tiles);
    }
}

}  // namespace reelquery::test
