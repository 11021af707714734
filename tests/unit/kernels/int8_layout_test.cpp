// Who reads what of an 8-bit cache, without a card: the products over m16n8k16 fragments as PTX
// defines them are those of plain loops, and the reads of a warp do not collide.

#include "kernels/attn/int8_layout.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace reelquery::test {

using namespace kernels::cuda;

namespace {

constexpr int kKeys = 64;  // of a tile; a warp has 16

// A and B of one product by lane and register, its result as the lanes hold it.
struct Product {
    double a[32][4][2] = {}, b[32][2][2] = {}, d[32][4] = {};

    void multiply() {
        double left[16][16] = {}, right[16][8] = {};
        for (int lane = 0; lane < 32; ++lane)
            for (int e = 0; e < 2; ++e) {
                for (int i = 0; i < 4; ++i)
                    left[lane / 4 + 8 * (i % 2)][2 * (lane % 4) + 8 * (i / 2) + e] = a[lane][i][e];
                for (int i = 0; i < 2; ++i)
                    right[2 * (lane % 4) + 8 * i + e][lane / 4] = b[lane][i][e];
            }
        for (int lane = 0; lane < 32; ++lane)
            for (int i = 0; i < 4; ++i) {
                double sum = 0;
                for (int k = 0; k < 16; ++k)
                    sum += left[lane / 4 + 8 * (i / 2)][k] * right[k][2 * (lane % 4) + i % 2];
                d[lane][i] += sum;
            }
    }
};

std::vector<int> randomCodes(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<int> codes;
    for (std::size_t i = 0; i < count; ++i) codes.push_back(static_cast<int>(random() % 255) - 127);
    return codes;
}

// A tile as the kernel's copies lay it out.
std::vector<int> tileOf(const std::vector<int>& rows, int dim, bool isValue) {
    std::vector<int> tile(rows.size(), 999);
    std::set<int> places;
    for (int row = 0; row < kKeys; ++row)
        for (int piece = 0; piece < dim / 16; ++piece) {
            const int at = int8PieceAt(dim, isValue, row, piece);
            REQUIRE(places.insert(at).second);
            for (int i = 0; i < 16; ++i)
                tile.at(static_cast<std::size_t>(at + i)) =
                    rows[static_cast<std::size_t>(row * dim + piece * 16 + i)];
        }
    return tile;
}

}  // namespace

TEST_CASE("Scores over the fragments of 8-bit keys are plain dot products") {
    for (const int dim : {64, 128}) {
        const auto keys = randomCodes(static_cast<std::size_t>(kKeys * dim), 1);
        const auto queries = randomCodes(static_cast<std::size_t>(16 * dim), 2);
        const auto tile = tileOf(keys, dim, false);
        for (int first = 0; first < kKeys; first += 8) {
            Product sum;
            for (int product = 0; product < dim / 16; ++product) {
                for (int lane = 0; lane < 32; ++lane) {
                    for (int i = 0; i < 4; ++i)
                        for (int e = 0; e < 2; ++e)
                            sum.a[lane][i][e] = queries[static_cast<std::size_t>(
                                (lane / 4 + 8 * (i % 2)) * dim +
                                int8QueryValue(product, lane % 4, i, e))];
                    const int at =
                        int8PieceAt(dim, false, first + lane / 4, product / 4 * 4 + lane % 4) +
                        product % 4 * 4;
                    for (int i = 0; i < 2; ++i)  // bytes 0 and 2, then 1 and 3
                        for (int e = 0; e < 2; ++e)
                            sum.b[lane][i][e] = tile[static_cast<std::size_t>(at + i + 2 * e)];
                }
                sum.multiply();
            }
            for (int lane = 0; lane < 32; ++lane)
                for (int i = 0; i < 4; ++i) {
                    const int row = lane / 4 + 8 * (i / 2), key = first + 2 * (lane % 4) + i % 2;
                    double want = 0;
                    for (int d = 0; d < dim; ++d)
                        want +=
                            static_cast<double>(queries[static_cast<std::size_t>(row * dim + d)]) *
                            keys[static_cast<std::size_t>(key * dim + d)];
                    REQUIRE(sum.d[lane][i] == want);
                }
        }
    }
}

TEST_CASE("Outputs over the fragments of 8-bit values are plain sums") {
    for (const int dim : {64, 128}) {
        const auto values = randomCodes(static_cast<std::size_t>(kKeys * dim), 3);
        const auto weights = randomCodes(16 * 16, 4);
        const auto tile = tileOf(values, dim, true);
        const int chunk = dim / 8;
        for (int first = 0; first < kKeys; first += 16)
            for (int t = 0; t < chunk; ++t) {
                Product product;
                for (int lane = 0; lane < 32; ++lane) {
                    const int n = lane / 4, c = lane % 4;
                    for (int j = 0; j < 2; ++j)
                        for (int h = 0; h < 2; ++h)
                            for (int e = 0; e < 2; ++e)
                                product.a[lane][2 * j + h][e] = weights[static_cast<std::size_t>(
                                    (n + 8 * h) * 16 + 2 * c + 8 * j + e)];
                    for (int i = 0; i < 4; ++i) {
                        const int row = first + int8ValueKey(c, i);
                        const int at = dim == 128 ? int8PieceAt(dim, true, row, n)
                                                  : int8PieceAt(dim, true, row, n / 2) + n % 2 * 8;
                        product.b[lane][i / 2][i % 2] = tile[static_cast<std::size_t>(at + t)];
                    }
                }
                product.multiply();
                for (int lane = 0; lane < 32; ++lane)
                    for (int i = 0; i < 4; ++i) {
                        const int row = lane / 4 + 8 * (i / 2);
                        const int d = int8OutputValue(dim, t, 2 * (lane % 4) + i % 2);
                        double want = 0;
                        for (int key = 0; key < 16; ++key)
                            want += static_cast<double>(
                                        weights[static_cast<std::size_t>(row * 16 + key)]) *
                                    values[static_cast<std::size_t>((first + key) * dim + d)];
                        REQUIRE(product.d[lane][i] == want);
                    }
            }
    }
}

TEST_CASE("Reads of 8-bit keys and values do not collide in a bank more than once") {
    // A read of 16 bytes goes by quarters of a warp, one of 8 by halves.
    const auto collisions = [](const auto& byteOf, int width) {
        std::size_t worst = 0;
        for (int begin = 0; begin < 32; begin += 128 / width) {
            std::map<int, std::set<int>> banks;
            for (int lane = begin; lane < begin + 128 / width; ++lane)
                for (int word = 0; word < width / 4; ++word) {
                    const int at = byteOf(lane) / 4 + word;
                    banks[at % 32].insert(at);
                }
            for (const auto& [bank, words] : banks) worst = std::max(worst, words.size());
        }
        return worst;
    };
    for (const int dim : {64, 128})
        CHECK(collisions([&](int lane) { return int8PieceAt(dim, false, lane / 4, lane % 4); },
                         16) == 1);
    CHECK(collisions(
              [](int lane) { return int8PieceAt(128, true, int8ValueKey(lane % 4, 0), lane / 4); },
              16) == 1);
    CHECK(collisions(
              [](int lane) {
                  return int8PieceAt(64, true, int8ValueKey(lane % 4, 0), lane / 8) +
                         lane / 4 % 2 * 8;
              },
              8) == 2);
}

}  // namespace reelquery::test
