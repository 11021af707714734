// Keys and values of 8 bits: attention over them, the layers that stay wide, a whole model.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "core/attention/narrow_token_attention.h"
#include "core/model/kv_cache.h"
#include "core/model/kv_layers.h"
#include "core/weights/weight_source.h"

namespace reelquery {

namespace {

/// q [Hq, 1, D] over k, v [Hkv, n, D] in double: [1, Hq*D].
at::Tensor exact(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double scale) {
    const std::int64_t group = q.size(0) / k.size(0);
    const at::Tensor keys = k.to(at::kDouble).repeat_interleave(group, 0);
    const at::Tensor values = v.to(at::kDouble).repeat_interleave(group, 0);
    const at::Tensor scores = at::matmul(q.to(at::kDouble), keys.transpose(1, 2)) * scale;
    return at::matmul(scores.softmax(-1), values).reshape({1, -1});
}

double relative(const at::Tensor& ours, const at::Tensor& expected) {
    return ((ours.to(at::kDouble) - expected).norm() / expected.norm()).item<double>();
}

/// Biases of the keys' projection as a model may have them, nothing else.
class KeyBiases final : public WeightSource {
  public:
    explicit KeyBiases(std::vector<double> norms, std::int64_t width)
        : norms_(std::move(norms)), width_(width) {}

    const ComputeTarget& target() const override { return target_; }

    bool has(const std::string&) const override { return true; }

    std::int64_t bytes(const std::string&) const override { return 0; }

    at::Tensor tensor(const std::string& name) const override {
        const auto layer = static_cast<std::size_t>(std::stoi(name.substr(13)));
        at::manual_seed(static_cast<std::uint64_t>(layer));
        const at::Tensor direction = at::randn({width_});
        return direction / direction.norm() * norms_[layer];
    }

  private:
    ComputeTarget target_;
    std::vector<double> norms_;
    std::int64_t width_;
};

}  // namespace

TEST_CASE("Attention over 8-bit keys and values equals attention over what they stand for") {
    at::manual_seed(11);
    for (const std::int64_t keys : {1, 3, 255, 256, 257, 1000}) {
        for (const std::int64_t dim : {48, 128}) {
            for (const std::int64_t heads : {2, 12, 22}) {
                const at::Tensor q = at::randn({heads, 1, dim});
                const NarrowRows k = narrowRows(at::randn({2, keys, dim}));
                const NarrowRows v = narrowRows(at::randn({2, keys, dim}));
                const double scale = 1 / std::sqrt(static_cast<double>(dim));
                CAPTURE(keys, dim, heads);
                CHECK(relative(attendNarrowToken(q, k, v, static_cast<float>(scale)),
                               exact(q, widened(k, at::kFloat), widened(v, at::kFloat), scale)) <
                      1e-5);
            }
        }
    }
}

TEST_CASE(
    "8 bits move the output of attention by at most 1 percent, also beside a large key bias") {
    // Layer 0 as the first and last of Qwen2 and Qwen2.5: its keys carry a bias of norm 750.
    TextConfig config;
    config.layers = 2;
    config.heads = 12;
    config.kvHeads = 2;
    config.headDim = 128;
    const KeyBiases biases({750, 3}, 256);
    const std::vector<bool> narrow = narrowKvLayers(config, biases);
    REQUIRE(narrow == std::vector<bool>{false, true});
    KvCache cache(config, {}, 600, narrow);
    CHECK(!cache.isNarrow(0));
    CHECK(cache.isNarrow(1));
    const double scale = 1 / std::sqrt(128.0);
    for (std::int64_t layer = 0; layer < 2; ++layer) {
        const at::Tensor bias =
            biases.tensor("model.layers." + std::to_string(layer) + ".self_attn.k_proj.bias");
        const at::Tensor k = at::randn({2, 512, 128}) + bias.view({2, 1, 128});
        const at::Tensor v = at::randn({2, 512, 128});
        cache.write(layer, k, v);
        const at::Tensor q = at::randn({12, 1, 128});
        const at::Tensor expected = exact(q, k, v, scale);
        const at::Tensor ours = exact(q, cache.keys(layer, 512), cache.values(layer, 512), scale);
        CAPTURE(layer);
        CHECK(relative(ours, expected) <= 0.01);
        // What leaving the bias in would have cost.
        const at::Tensor spoiled =
            exact(q, widened(narrowRows(k), at::kFloat), widened(narrowRows(v), at::kFloat), scale);
        if (layer == 0) CHECK(relative(spoiled, expected) > 0.03);
    }
}

TEST_CASE("A cache of 8 bits grows, is cut back and counts its bytes") {
    TextConfig config;
    config.layers = 1;
    config.kvHeads = 2;
    config.headDim = 64;
    KvCache cache(config, {.bfloat16 = true, .cudaDevice = -1}, 10, {true});
    CHECK(cache.bytes() == 2 * 2 * 10 * (64 + 4));
    const at::Tensor rows = at::randn({2, 10, 64});
    cache.write(0, rows, rows * 2);
    cache.advance(10);
    const at::Tensor before = cache.keys(0, 10).clone();
    CHECK(before.scalar_type() == at::kBFloat16);
    cache.reserve(300);
    CHECK(at::equal(cache.keys(0, 10), before));
    cache.truncate(4);
    cache.write(0, rows.narrow(1, 0, 2), rows.narrow(1, 0, 2));
    CHECK(at::equal(cache.keys(0, 4), before.narrow(1, 0, 4)));
    CHECK(at::equal(cache.keys(0, 6).narrow(1, 4, 2), before.narrow(1, 0, 2)));
}

}  // namespace reelquery
