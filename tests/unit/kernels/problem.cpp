#include "problem.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "kernels/bfloat16.h"

namespace reelquery::kernels::test {

namespace {

void toBits(const std::vector<float>& values, std::vector<std::uint16_t>& bits) {
    bits.resize(values.size());
    std::transform(values.begin(), values.end(), bits.begin(), bfloat16FromFloat);
}

}  // namespace

std::string Form::text() const {
    return std::to_string(heads) + "/" + std::to_string(kvHeads) + " heads, D " +
           std::to_string(headDim) + ", Lq " + std::to_string(queries) + ", Lk " +
           std::to_string(keys) + (causal ? ", causal" : ", not causal") +
           (dtype == Dtype::kFloat32 ? ", float32" : ", bf16");
}

Problem::Problem(const Form& form, std::uint32_t seed, float logitSpread) : form_(form) {
    std::mt19937 random(seed);
    const auto fill = [&](std::vector<float>& values, std::int64_t rows, float spread) {
        std::normal_distribution<float> normal(0.0f, spread);
        values.resize(static_cast<std::size_t>(rows * form.headDim));
        for (float& x : values) x = normal(random);
    };
    fill(q_, form.queries * form.heads, logitSpread);
    fill(k_, form.keys * form.kvHeads, 1.0f);
    fill(v_, form.keys * form.kvHeads, 1.0f);
}

AttentionInputs Problem::inputs() {
    const bool bf16 = form_.dtype == Dtype::kBfloat16;
    if (bf16) {
        toBits(q_, qBits_);
        toBits(k_, kBits_);
        toBits(v_, vBits_);
    }
    const auto view = [&](const std::vector<float>& f, const std::vector<std::uint16_t>& b,
                          int heads) {
        const void* data = bf16 ? static_cast<const void*>(b.data()) : f.data();
        return HeadsView{data, form_.headDim, std::int64_t{heads} * form_.headDim};
    };
    AttentionInputs inputs;
    inputs.shape = {form_.heads,
                    form_.kvHeads,
                    form_.headDim,
                    form_.queries,
                    form_.keys,
                    form_.causal,
                    1.0f / std::sqrt(static_cast<float>(form_.headDim)),
                    form_.dtype};
    inputs.q = view(q_, qBits_, form_.heads);
    inputs.k = view(k_, kBits_, form_.kvHeads);
    inputs.v = view(v_, vBits_, form_.kvHeads);
    return inputs;
}

Output::Output(const Form& form) : form_(form) {
    const auto count = static_cast<std::size_t>(form.queries * form.heads * form.headDim);
    floats_.assign(count, std::numeric_limits<float>::quiet_NaN());
    bits_.assign(count, bfloat16FromFloat(std::numeric_limits<float>::quiet_NaN()));
}

MutableHeadsView Output::view() {
    void* data = form_.dtype == Dtype::kFloat32 ? static_cast<void*>(floats_.data()) : bits_.data();
    return {data, form_.headDim, std::int64_t{form_.heads} * form_.headDim};
}

std::vector<double> Output::values() const {
    std::vector<double> out;
    out.reserve(floats_.size());
    for (int h = 0; h < form_.heads; ++h) {
        for (std::int64_t t = 0; t < form_.queries; ++t) {
            for (int d = 0; d < form_.headDim; ++d) {
                const auto i = static_cast<std::size_t>((t * form_.heads + h) * form_.headDim + d);
                out.push_back(form_.dtype == Dtype::kFloat32 ? floats_[i]
                                                             : floatFromBfloat16(bits_[i]));
            }
        }
    }
    return out;
}

std::vector<double> plainAttention(Problem& problem, const BlockLists* lists) {
    const AttentionShape s = problem.inputs().shape;
    const bool bf16 = s.dtype == Dtype::kBfloat16;
    const auto rounded = [bf16](float x) {
        return bf16 ? floatFromBfloat16(bfloat16FromFloat(x)) : x;
    };
    const auto row = [&](const float* from) {
        std::vector<float> copy(from, from + s.headDim);
        for (float& x : copy) x = rounded(x);
        return copy;
    };
    std::vector<double> out;
    std::vector<float> weight(static_cast<std::size_t>(s.keys)),
        sum(static_cast<std::size_t>(s.headDim));
    std::vector<std::vector<float>> k, v;
    for (int h = 0; h < s.heads; ++h) {
        k.clear();
        v.clear();
        for (std::int64_t j = 0; j < s.keys; ++j) {
            k.push_back(row(problem.k(h / (s.heads / s.kvHeads), j)));
            v.push_back(row(problem.v(h / (s.heads / s.kvHeads), j)));
        }
        for (std::int64_t i = 0; i < s.queries; ++i) {
            const std::int64_t position = s.queryOffset() + i;
            const std::int64_t end = s.causal ? position + 1 : s.keys;
            const std::int64_t list =
                h * queryBlocks(s) + position / kBlockSize - firstQueryBlock(s);
            const auto forKeys = [&](const auto& visit) {
                for (std::int64_t n = 0; n < (lists ? lists->counts[list] : keyBlocks(s)); ++n) {
                    const std::int64_t block = lists ? lists->columns[list * lists->pitch + n] : n;
                    const std::int64_t stop = std::min((block + 1) * kBlockSize, end);
                    for (std::int64_t j = block * kBlockSize; j < stop; ++j)
                        visit(static_cast<std::size_t>(j));
                }
            };
            const std::vector<float> q = row(problem.q(h, i));
            float top = -INFINITY, total = 0;
            forKeys([&](std::size_t j) {
                float dot = 0;
                for (int d = 0; d < s.headDim; ++d) dot += q[d] * k[j][d];
                weight[j] = dot * s.scale;
                top = std::max(top, weight[j]);
            });
            std::fill(sum.begin(), sum.end(), 0.0f);
            forKeys([&](std::size_t j) {
                const float w = std::exp(weight[j] - top);
                total += w;
                for (int d = 0; d < s.headDim; ++d) sum[d] += rounded(w) * v[j][d];
            });
            for (const float x : sum) out.push_back(total > 0 ? rounded(x / total) : 0);
        }
    }
    return out;
}

bool isWithinOracle(std::int64_t tokens) {
    if (tokens <= kLongestOracle) return true;
    WARN(tokens << " tokens left out: the oracle takes minutes under the thread sanitizer");
    return false;
}

double relativeError(const std::vector<double>& a, const std::vector<double>& b) {
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        norm += b[i] * b[i];
    }
    const double error = std::sqrt(difference / norm);
    return a.size() == b.size() && std::isfinite(error) ? error
                                                        : std::numeric_limits<double>::infinity();
}

std::vector<CpuIsa> isas() {
    std::vector<CpuIsa> all;
    for (int i = 0; i <= static_cast<int>(bestCpuIsa()); ++i) all.push_back(static_cast<CpuIsa>(i));
    return all;
}

Lists randomLists(const AttentionShape& shape, double density, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::bernoulli_distribution keep(density);
    Lists lists;
    lists.pitch = keyBlocks(shape);
    for (int h = 0; h < shape.heads; ++h) {
        for (std::int64_t r = 0; r < queryBlocks(shape); ++r) {
            const std::int64_t self = firstQueryBlock(shape) + r;
            const std::int64_t visible = shape.causal ? self + 1 : lists.pitch;
            std::int32_t count = 0;
            for (std::int64_t j = 0; j < visible; ++j) {
                if (!keep(random) && !(shape.causal && j == self)) continue;
                lists.columns.push_back(static_cast<std::uint16_t>(j));
                ++count;
            }
            lists.counts.push_back(count);
            lists.columns.resize(lists.counts.size() * static_cast<std::size_t>(lists.pitch), 0);
        }
    }
    return lists;
}

}  // namespace reelquery::kernels::test
