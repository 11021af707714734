#include "core/model/kv_cache.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"

namespace reelquery {

namespace {

TextConfig smallConfig() {
    TextConfig config;
    config.layers = 2;
    config.kvHeads = 3;
    config.headDim = 4;
    return config;
}

}  // namespace

TEST_CASE("Tokens written in steps are read as one view") {
    KvCache cache(smallConfig(), {}, 10);
    const at::Tensor k = at::randn({3, 7, 4}), v = at::randn({3, 7, 4});
    for (const auto& [begin, n] : {std::pair<std::int64_t, std::int64_t>{0, 5}, {5, 2}}) {
        for (std::int64_t layer = 0; layer < 2; ++layer) {
            cache.write(layer, k.narrow(1, begin, n) + layer, v.narrow(1, begin, n) - layer);
            CHECK(at::equal(cache.keys(layer, begin + n), k.narrow(1, 0, begin + n) + layer));
        }
        cache.advance(n);
    }
    CHECK(cache.size() == 7);
    CHECK(at::equal(cache.values(1, 7), v - 1));
    CHECK(cache.bytes() == 2 * 2 * 3 * 10 * 4 * 4);

    cache.truncate(4);
    cache.write(0, at::zeros({3, 1, 4}), at::zeros({3, 1, 4}));
    CHECK(at::equal(cache.keys(0, 4), k.narrow(1, 0, 4)));
    CHECK(cache.keys(0, 5).select(1, 4).abs().sum().item<float>() == 0);
}

TEST_CASE("Growing keeps what is held; the capacity never shrinks") {
    KvCache cache(smallConfig(), {.bfloat16 = true, .cudaDevice = -1}, 2);
    const at::Tensor k = at::randn({3, 2, 4}).to(at::kBFloat16);
    for (std::int64_t layer = 0; layer < 2; ++layer) cache.write(layer, k, k);
    cache.advance(2);
    cache.reserve(50);
    CHECK(cache.capacity() == 50);
    CHECK(cache.bytes() == 2 * 2 * 3 * 50 * 4 * 2);
    CHECK(at::equal(cache.keys(1, 2), k));
    cache.reserve(5);
    CHECK(cache.capacity() == 50);
}

TEST_CASE("Writing past the capacity or keeping what is not there is a programmer's error") {
    KvCache cache(smallConfig(), {}, 2);
    const at::Tensor k = at::zeros({3, 3, 4});
    CHECK_THROWS_AS(cache.write(0, k, k), Error);
    CHECK_THROWS_AS(cache.truncate(1), Error);
    CHECK_THROWS_AS(cache.advance(3), Error);
}

TEST_CASE("A cache that cannot be had is an error about memory") {
    try {
        const KvCache cache(smallConfig(), {}, std::int64_t{1} << 56);
        FAIL("2^56 tokens were allocated");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kMemory);
    }
}

}  // namespace reelquery
