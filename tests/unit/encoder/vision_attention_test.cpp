// Segment attention against softmax(q k^T) v in double precision.

#include "vision/encoder/vision_attention.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "core/base/error.h"

namespace reelquery {

namespace {

/// Plain attention of rows [first, first + length) for queries [from, to) among them.
at::Tensor plain(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t first,
                 std::int64_t length, std::int64_t from, std::int64_t to) {
    const auto heads = [&](const at::Tensor& x, std::int64_t begin, std::int64_t end) {
        return x.narrow(0, first + begin, end - begin).transpose(0, 1).to(at::kDouble);
    };
    const at::Tensor scores = heads(q, from, to).matmul(heads(k, 0, length).transpose(1, 2)) /
                              std::sqrt(static_cast<double>(q.size(2)));
    return scores.softmax(-1).matmul(heads(v, 0, length)).transpose(0, 1).flatten(1);
}

}  // namespace

TEST_CASE("Segments of mixed lengths do not see each other") {
    const std::vector<std::int64_t> lengths = {64, 48, 64, 12, 48, 1};
    const at::Tensor q = at::randn({237, 2, 20}), k = at::randn({237, 2, 20}),
                     v = at::randn({237, 2, 20});
    const at::Tensor out = attendSegments(q, k, v, groupSegments(lengths, at::kCPU), {});
    REQUIRE(out.sizes() == at::IntArrayRef({237, 40}));
    std::int64_t first = 0;
    for (const std::int64_t length : lengths) {
        const at::Tensor expected = plain(q, k, v, first, length, 0, length);
        CHECK((out.narrow(0, first, length) - expected).abs().max().item<double>() < 1e-5);
        first += length;
    }
}

TEST_CASE("A segment long enough to be attended in slices comes out the same") {
    constexpr std::int64_t kLength = 4096, kHeads = 8, kHeadDim = 128;  // 69 GFLOP: two slices
    const at::Tensor q = at::randn({kLength, kHeads, kHeadDim}),
                     k = at::randn({kLength, kHeads, kHeadDim}),
                     v = at::randn({kLength, kHeads, kHeadDim});
    const at::Tensor out = attendSegments(q, k, v, groupSegments({kLength}, at::kCPU), {});
    for (const std::int64_t from : {std::int64_t{0}, std::int64_t{2960}, kLength - 32}) {
        const at::Tensor expected = plain(q, k, v, 0, kLength, from, from + 32);
        CHECK((out.narrow(0, from, 32) - expected).abs().max().item<double>() < 1e-5);
    }
}

TEST_CASE("Attention over segments stops when asked to") {
    std::stop_source stop;
    stop.request_stop();
    const at::Tensor x = at::randn({8, 1, 4});
    CHECK_THROWS_AS(attendSegments(x, x, x, groupSegments({8}, at::kCPU), stop.get_token()), Error);
}

}  // namespace reelquery
