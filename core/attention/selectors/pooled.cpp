#include "core/attention/selectors/pooled.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "core/attention/selectors/row_lists.h"
#include "core/attention/torch_bridge.h"
#include "core/base/error.h"
#include "core/base/format_text.h"
#include "kernels/block_layout.h"
#include "kernels/cpu/row_selection.h"

namespace reelquery {

namespace {

using kernels::kBlockSize;

// Means over the tokens of each block. tokens: [H, L, D], the first at position `offset` of a grid
// whose block `first` is the first row. Returns [H, blocks, D].
at::Tensor blockMeans(const at::Tensor& tokens, std::int64_t offset, std::int64_t first,
                      std::int64_t blocks) {
    const at::Tensor places =
        at::floor_divide(at::arange(offset, offset + tokens.size(1)), kBlockSize).sub_(first);
    // Padded and summed block by block: a card that added rows in any order would give other sums
    // each time.
    const std::int64_t before = offset - first * kBlockSize;
    const std::int64_t behind = blocks * kBlockSize - before - tokens.size(1);
    const at::Tensor sums = at::constant_pad_nd(tokens.to(at::kFloat), {0, 0, before, behind})
                                .view({tokens.size(0), blocks, kBlockSize, tokens.size(2)})
                                .sum(2);
    const at::Tensor counts = at::bincount(places, {}, blocks).to(at::kFloat).to(tokens.device());
    return sums.div_(counts.view({1, blocks, 1}));
}

// Which keys lie behind queries at positions [begin, end): [queries, keys] of them from key 0 on.
// In any unit that both share.
at::Tensor keysBehind(std::int64_t keys, std::int64_t begin, std::int64_t end,
                      const at::Device& device) {
    const auto options = at::TensorOptions().device(device).dtype(at::kLong);
    return at::arange(keys, options).unsqueeze(0).gt(at::arange(begin, end, options).unsqueeze(1));
}

at::Tensor forEachQueryHead(const at::Tensor& keys, std::int64_t heads) {
    return keys.repeat_interleave(heads / keys.size(0), 0);
}

// Of `values` the fewest largest hold `share` of their sum: how many blocks of tokens these are.
std::int64_t blocksHolding(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end(), std::greater<>());
    const double need = share * std::accumulate(values.begin(), values.end(), 0.0);
    double held = 0;
    std::int64_t count = 0;
    while (count < std::ssize(values) && (held < need || share >= 1))
        held += values[static_cast<std::size_t>(count++)];
    return count / kBlockSize + 1;
}

// Flags of the `count` blocks of the largest sums, block 0 among them.
std::vector<std::uint8_t> strongestBlocks(const std::vector<double>& tokens, std::int64_t count) {
    const std::size_t blocks = (tokens.size() + kBlockSize - 1) / kBlockSize;
    std::vector<double> sums(blocks, 0);
    for (std::size_t t = 0; t < tokens.size(); ++t) sums[t / kBlockSize] += tokens[t];
    std::vector<std::size_t> order(blocks);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin() + 1, order.end(),
                     [&](std::size_t a, std::size_t b) { return sums[a] > sums[b]; });
    std::vector<std::uint8_t> chosen(blocks, 0);
    for (std::int64_t n = 0; n < std::min<std::int64_t>(count, std::ssize(order)); ++n)
        chosen[order[static_cast<std::size_t>(n)]] = 1;
    return chosen;
}

}  // namespace

at::Tensor pooledMass(const AttentionCall& call) {
    const kernels::AttentionShape shape = attentionInputs(call).shape;
    const std::int64_t rows = kernels::queryBlocks(shape), columns = kernels::keyBlocks(shape);
    const std::int64_t first = kernels::firstQueryBlock(shape);
    const at::Tensor q = blockMeans(call.q, shape.queryOffset(), first, rows);
    const at::Tensor k = forEachQueryHead(blockMeans(call.k, 0, 0, columns), shape.heads);
    at::Tensor logits = at::bmm(q, k.transpose(1, 2)).mul_(call.scale);
    if (call.causal) {
        logits.masked_fill_(keysBehind(columns, first, first + rows, call.q.device()), -INFINITY);
    }
    return logits.softmax(-1);
}

at::Tensor lastPooledMass(const AttentionCall& call) {
    const std::int64_t queries = call.q.size(1);
    const std::int64_t count = std::min<std::int64_t>(kBlockSize, queries);
    const std::int64_t columns = kernels::keyBlocks(attentionInputs(call).shape);
    const at::Tensor q =
        call.q.narrow(1, queries - count, count).to(at::kFloat).mean(1, /*keepdim=*/true);
    const at::Tensor k = forEachQueryHead(blockMeans(call.k, 0, 0, columns), call.q.size(0));
    return at::bmm(q, k.transpose(1, 2)).mul_(call.scale).softmax(-1).squeeze(1);
}

at::Tensor lastWeights(const AttentionCall& call, std::int64_t count) {
    const std::int64_t queries = call.q.size(1), keys = call.k.size(1);
    count = std::min(count, queries);
    const at::Tensor q = call.q.narrow(1, queries - count, count).to(at::kFloat);
    const at::Tensor k = forEachQueryHead(call.k.to(at::kFloat), call.q.size(0));
    at::Tensor logits = at::bmm(q, k.transpose(1, 2)).mul_(call.scale);
    if (call.causal) {
        logits.masked_fill_(keysBehind(keys, keys - count, keys, call.q.device()), -INFINITY);
    }
    return logits.softmax(-1);
}

at::Tensor massByRows(const AttentionCall& call, std::int64_t step, const RowWeights& weightsOf) {
    const kernels::AttentionShape shape = attentionInputs(call).shape;
    const std::int64_t offset = shape.queryOffset();
    const std::int64_t rows = kernels::queryBlocks(shape), columns = kernels::keyBlocks(shape);
    at::Tensor mass = at::zeros({shape.heads, rows, columns},
                                at::TensorOptions().device(call.q.device()).dtype(at::kFloat));
    for (int head = 0; head < shape.heads; ++head) {
        for (std::int64_t row = 0; row < rows; ++row) {
            const std::int64_t block = (kernels::firstQueryBlock(shape) + row) * kBlockSize;
            const at::Tensor weights =
                weightsOf(head, std::max(block, offset),
                          std::min(block + kBlockSize, offset + shape.queries));
            const std::int64_t missing = columns * (kBlockSize / step) - weights.size(0);
            mass[head][row] = at::constant_pad_nd(weights, {0, missing}).view({columns, -1}).sum(1);
        }
    }
    return mass;
}

void LinesOfHead::putInto(std::vector<std::uint8_t>& keep, std::int64_t self,
                          std::int64_t visible) const {
    keep.assign(columns.begin(), columns.begin() + visible);
    for (std::int64_t j = 0; j < visible; ++j)
        if (diagonals[static_cast<std::size_t>(self - j)]) keep[static_cast<std::size_t>(j)] = 1;
}

LinesOfHead strongestLines(const at::Tensor& weights, double share) {
    const std::int64_t count = weights.size(0), keys = weights.size(1);
    std::vector<double> columns(static_cast<std::size_t>(keys), 0), distances(columns);
    const at::Tensor whole = weights.cpu().contiguous();
    const float* weight = whole.const_data_ptr<float>();
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t position = keys - count + i;
        for (std::int64_t j = 0; j <= position; ++j) {
            columns[static_cast<std::size_t>(j)] += weight[i * keys + j];
            distances[static_cast<std::size_t>(position - j)] += weight[i * keys + j];
        }
    }
    return {strongestBlocks(columns, blocksHolding(columns, share)),
            strongestBlocks(distances, blocksHolding(distances, share))};
}

PooledSelector::PooledSelector(const SelectorRequest& request, const char* word)
    : options_(request.options), word_(word), kernels_(request.kernels) {
    if (!options_.thresholdsFile.empty())
        throw Error(
            ErrorCode::kUsage,
            std::string("thresholds per head are calibrated for xattention, not for ") + word,
            "--threshold sets one for all heads");
}

std::int64_t PooledSelector::forcedBlocks(bool causal) const {
    return options_.sinkBlocks + (causal ? options_.recentBlocks : 0);
}

std::string PooledSelector::name() const {
    return formatText("%s %.2f", word_, threshold());
}

std::string PooledSelector::whyNot(bool bfloat16, int headDim) const {
    return kernels_->whyNotSparse(bfloat16, headDim);
}

void PooledSelector::requireServed(const AttentionCall& call) const {
    const std::string why = whyNotCausal(call.causal);
    ENSURE(why.empty(), std::string(word_) + " is for causal attention: " + why);
}

SelectedBlocks MassSelector::select(const AttentionCall& call,
                                    std::int64_t denseFromPosition) const {
    requireServed(call);
    RowLists rows(call, options(), denseFromPosition);
    const at::Tensor mass = massOf(call).cpu();
    kernels::RowSelection chooser;
    std::vector<std::uint16_t> chosen(static_cast<std::size_t>(rows.columns()));
    std::vector<std::uint8_t> keep;
    for (int head = 0; head < rows.shape().heads; ++head) {
        for (std::int64_t row = 0; row < rows.rows(); ++row) {
            const float* values =
                mass.const_data_ptr<float>() + (head * rows.rows() + row) * rows.columns();
            const std::int32_t count = chooser.choose(
                values, rows.visible(row),
                {rows.self(row), options().sinkBlocks, rows.recentBegin(row), threshold()},
                chosen.data());
            keep.assign(static_cast<std::size_t>(rows.visible(row)), 0);
            for (std::int32_t n = 0; n < count; ++n) keep[chosen[static_cast<std::size_t>(n)]] = 1;
            rows.set(head, row, keep, values);
        }
    }
    return std::move(rows).lists();
}

}  // namespace reelquery
