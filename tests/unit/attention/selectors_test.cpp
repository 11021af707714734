// Every way to choose blocks but XAttention's own (cpu_selection_test.cpp) against plain loops in
// double precision, token by token, from the papers' definitions.

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/attention/selector_table.h"
#include "core/attention/torch_bridge.h"
#include "core/base/error.h"
#include "kernels/reference/selection_reference.h"
#include "random_call.h"

namespace reelquery::test {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kBlock = kernels::kBlockSize;

using Row = std::vector<bool>;
using Rows = std::vector<Row>;  // [Hq * NQ][NK]

std::unique_ptr<BlockSelector> selectorFor(SelectorOptions options, const std::string& name) {
    options.name = name;
    return makeBlockSelector({options, 4, 4, makeAttentionKernels(DeviceKind::kCpu)});
}

Rows rowsOf(const SelectedBlocks& blocks) {
    const std::int64_t rows = blocks.counts.numel(), columns = blocks.columns.size(2);
    const auto* column = static_cast<const std::uint16_t*>(blocks.columns.const_data_ptr());
    const auto* count = blocks.counts.const_data_ptr<std::int32_t>();
    Rows kept(static_cast<std::size_t>(rows), Row(static_cast<std::size_t>(columns), false));
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int32_t n = 0; n < count[r]; ++n) {
            if (n > 0) REQUIRE(column[r * columns + n] > column[r * columns + n - 1]);
            kept[static_cast<std::size_t>(r)][column[r * columns + n]] = true;
        }
    return kept;
}

double densityOf(const SelectedBlocks& blocks, const AttentionCall& call) {
    const auto shape = attentionInputs(call).shape;
    double seen = 0;
    for (std::int64_t r = 0; r < kernels::queryBlocks(shape); ++r)
        seen += static_cast<double>(shape.causal ? kernels::firstQueryBlock(shape) + r + 1
                                                 : kernels::keyBlocks(shape));
    return blocks.counts.sum().item<double>() / (seen * shape.heads);
}

/// The definitions in loops.
class Reference {
  public:
    explicit Reference(const AttentionCall& call)
        : shape_(attentionInputs(call).shape),
          q_(call.q.to(at::kDouble).contiguous()),
          k_(call.k.to(at::kDouble).contiguous()) {}

    std::int64_t rows() const { return kernels::queryBlocks(shape_); }

    std::int64_t columns() const { return kernels::keyBlocks(shape_); }

    std::int64_t self(std::int64_t row) const { return kernels::firstQueryBlock(shape_) + row; }

    std::int64_t visible(std::int64_t row) const {
        return shape_.causal ? self(row) + 1 : columns();
    }

    /// Softmax of mean query times mean keys. begin, end: the queries that are averaged.
    std::vector<double> pooledRow(int head, std::int64_t begin, std::int64_t end,
                                  std::int64_t blocks) const {
        std::vector<double> logits;
        for (std::int64_t j = 0; j < blocks; ++j) {
            const std::int64_t first = j * kBlock, last = std::min(first + kBlock, shape_.keys);
            double sum = 0;
            for (std::int64_t i = begin; i < end; ++i)
                for (std::int64_t t = first; t < last; ++t) sum += product(head, i, t);
            logits.push_back(sum * shape_.scale /
                             static_cast<double>((end - begin) * (last - first)));
        }
        return softmax(logits);
    }

    /// Mean pooling of every row of a head; the blocks a row does not see weigh nothing.
    kernels::reference::BlockMass pooled() const {
        return massOf([this](int head, std::int64_t begin, std::int64_t end) {
            const std::int64_t own = (shape_.queryOffset() + begin) / kBlock;
            std::vector<double> values =
                pooledRow(head, begin, end, shape_.causal ? own + 1 : columns());
            values.resize(static_cast<std::size_t>(columns()), 0);
            return values;
        });
    }

    /// What attention truly gives each block, the mean of a row's queries.
    kernels::reference::BlockMass truth() const {
        return massOf([this](int head, std::int64_t begin, std::int64_t end) {
            std::vector<double> row(static_cast<std::size_t>(columns()), 0);
            for (std::int64_t i = begin; i < end; ++i) {
                std::vector<double> logits;
                for (std::int64_t t = 0; t < seenBy(i); ++t)
                    logits.push_back(product(head, i, t) * shape_.scale);
                const std::vector<double> weights = softmax(logits);
                for (std::size_t t = 0; t < weights.size(); ++t)
                    row[t / kBlock] += weights[t] / static_cast<double>(end - begin);
            }
            return row;
        });
    }

    /// RRAttention with S = 8: query i of head h is looked at where its position is h mod 8 in its
    /// stride; keys are summed up over strides, what is missing in the last counts as zeros.
    kernels::reference::BlockMass rotatingRows() const {
        constexpr std::int64_t kStride = 8;
        return massOf([this](int head, std::int64_t begin, std::int64_t end) {
            std::vector<std::int64_t> asked;
            for (std::int64_t i = begin; i < end; ++i)
                if ((shape_.queryOffset() + i) % kStride == head % kStride) asked.push_back(i);
            if (asked.empty()) asked.push_back(end - 1);
            std::vector<double> row(static_cast<std::size_t>(columns()), 0);
            for (const std::int64_t i : asked) {
                std::vector<double> logits;
                for (std::int64_t first = 0; first < seenBy(i); first += kStride) {
                    double sum = 0;
                    for (std::int64_t t = first; t < std::min(first + kStride, shape_.keys); ++t)
                        sum += product(head, i, t);
                    logits.push_back(sum * shape_.scale / kStride);
                }
                const std::vector<double> weights = softmax(logits);
                for (std::size_t n = 0; n < weights.size(); ++n)
                    row[n * kStride / kBlock] += weights[n] / static_cast<double>(asked.size());
            }
            return row;
        });
    }

    /// Softmax weights of the last queries over the keys each sees, [count][Lk].
    std::vector<std::vector<double>> lastWeights(int head, std::int64_t count) const {
        count = std::min(count, shape_.queries);
        std::vector<std::vector<double>> weights;
        for (std::int64_t i = shape_.queries - count; i < shape_.queries; ++i) {
            std::vector<double> logits;
            for (std::int64_t t = 0; t <= shape_.queryOffset() + i; ++t)
                logits.push_back(product(head, i, t) * shape_.scale);
            weights.push_back(softmax(logits));
            weights.back().resize(static_cast<std::size_t>(shape_.keys), 0);
        }
        return weights;
    }

    /// Blocks on the strongest columns and diagonals: as many blocks of each as the fewest keys
    /// (distances) that hold the share would fill, and one more.
    Rows lines(int head, std::int64_t count, double share) const {
        const auto weights = lastWeights(head, count);
        std::vector<double> columnSum(static_cast<std::size_t>(shape_.keys), 0), farSum(columnSum);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const std::size_t position = static_cast<std::size_t>(shape_.keys) - weights.size() + i;
            for (std::size_t t = 0; t <= position; ++t) {
                columnSum[t] += weights[i][t];
                farSum[position - t] += weights[i][t];
            }
        }
        const Row chosenColumns = lineBlocks(columnSum, share);
        const Row chosenFar = lineBlocks(farSum, share);
        Rows kept;
        for (std::int64_t row = 0; row < rows(); ++row) {
            Row one(static_cast<std::size_t>(columns()), false);
            for (std::int64_t j = 0; j <= self(row); ++j)
                one[static_cast<std::size_t>(j)] =
                    chosenColumns[static_cast<std::size_t>(j)] ||
                    chosenFar[static_cast<std::size_t>(self(row) - j)];
            kept.push_back(force(one, row));
        }
        return kept;
    }

    Row lineBlocks(const std::vector<double>& tokens, double share) const {
        const std::vector<bool> holding = fewest(tokens, share);
        const auto blocks = std::count(holding.begin(), holding.end(), true) / kBlock + 1;
        std::vector<double> sums(static_cast<std::size_t>(columns()), 0);
        for (std::size_t t = 0; t < tokens.size(); ++t) sums[t / kBlock] += tokens[t];
        sums[0] = INFINITY;  // always kept
        Row chosen(sums.size(), false);
        for (std::int64_t n = 0; n < std::min(blocks, columns()); ++n) {
            const auto top = std::max_element(sums.begin(), sums.end());
            chosen[static_cast<std::size_t>(top - sums.begin())] = true;
            *top = -1;
        }
        return chosen;
    }

    Row force(Row row, std::int64_t index) const {
        row[0] = true;
        if (shape_.causal) row[static_cast<std::size_t>(self(index))] = true;
        return row;
    }

    /// FlexPrefill's measure: root of the Jensen-Shannon divergence, natural logarithm.
    double distance(int head) const {
        const std::int64_t count = std::min(kBlock, shape_.queries);
        const auto guess = pooledRow(head, shape_.queries - count, shape_.queries, columns());
        std::vector<double> truth(guess.size(), 0);
        for (const auto& weights : lastWeights(head, kBlock))
            for (std::size_t t = 0; t < weights.size(); ++t)
                truth[t / kBlock] += weights[t] / static_cast<double>(count);
        double sum = 0;
        for (std::size_t j = 0; j < guess.size(); ++j) {
            const double m = (guess[j] + truth[j]) / 2;
            sum +=
                0.5 * guess[j] * std::log(guess[j] / m) + 0.5 * truth[j] * std::log(truth[j] / m);
        }
        return std::sqrt(sum);
    }

    /// The fewest values that hold `share` of the sum, as flags.
    static std::vector<bool> fewest(const std::vector<double>& values, double share) {
        std::vector<std::size_t> order(values.size());
        std::iota(order.begin(), order.end(), 0);
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
        const double total = std::accumulate(values.begin(), values.end(), 0.0);
        std::vector<bool> chosen(values.size(), false);
        double held = 0;
        for (const std::size_t i : order) {
            if (held >= share * total) break;
            chosen[i] = true;
            held += values[i];
        }
        return chosen;
    }

    const kernels::AttentionShape& shape() const { return shape_; }

  private:
    /// Keys that a query sees.
    std::int64_t seenBy(std::int64_t query) const {
        return shape_.causal ? shape_.queryOffset() + query + 1 : shape_.keys;
    }

    /// ofRow: from head and the row's queries [begin, end) to [NK].
    template <class OfRow>
    kernels::reference::BlockMass massOf(const OfRow& ofRow) const {
        kernels::reference::BlockMass mass{rows(), columns(), {}};
        const std::int64_t offset = shape_.queryOffset();
        for (int head = 0; head < shape_.heads; ++head)
            for (std::int64_t row = 0; row < rows(); ++row) {
                const std::vector<double> values =
                    ofRow(head, std::max(self(row) * kBlock, offset) - offset,
                          std::min((self(row) + 1) * kBlock - offset, shape_.queries));
                mass.values.insert(mass.values.end(), values.begin(), values.end());
            }
        return mass;
    }

    double product(int head, std::int64_t query, std::int64_t key) const {
        const std::int64_t dim = shape_.headDim, kvHead = head / (shape_.heads / shape_.kvHeads);
        const double* q = q_.const_data_ptr<double>() + (head * shape_.queries + query) * dim;
        const double* k = k_.const_data_ptr<double>() + (kvHead * shape_.keys + key) * dim;
        return std::inner_product(q, q + dim, k, 0.0);
    }

    static std::vector<double> softmax(std::vector<double> logits) {
        const double top = *std::max_element(logits.begin(), logits.end());
        double sum = 0;
        for (double& value : logits) sum += value = std::exp(value - top);
        for (double& value : logits) value /= sum;
        return logits;
    }

    kernels::AttentionShape shape_;
    at::Tensor q_, k_;
};

/// Odd lengths, a chunk that begins inside a block, groups of heads, both number types.
std::vector<RandomTensors> samples() {
    std::vector<RandomTensors> made;
    made.emplace_back(4, 2, 32, 700, 700, at::kFloat, 3.0);
    made.emplace_back(4, 1, 33, 300, 1111, at::kBFloat16, 2.0);
    made.emplace_back(2, 2, 32, 129, 129, at::kFloat, 1.0);
    made.emplace_back(3, 1, 32, 50, 400, at::kFloat, 4.0);
    return made;
}

void checkKeptByMass(const std::string& name, SelectorOptions options,
                     kernels::reference::BlockMass (Reference::*massOf)() const) {
    options.threshold = 0.7;
    kernels::SelectionParams params;
    params.threshold = 0.7f;
    for (const RandomTensors& sample : samples())
        for (const bool causal : {true, false}) {
            AttentionCall call = sample.call();
            call.causal = causal;
            const Reference reference(call);
            const auto blocks = selectorFor(options, name)->select(call, kNever);
            const auto mass = (reference.*massOf)();
            const auto expected = kernels::reference::selectBlocks(mass, reference.shape(), params);
            const Rows kept = rowsOf(blocks);
            for (std::size_t r = 0; r < kept.size(); ++r) {
                Row want(kept[r].size(), false);
                double share = 0;
                for (int n = 0; n < expected.counts[r]; ++n) {
                    const auto j =
                        expected.columns[r * kept[r].size() + static_cast<std::size_t>(n)];
                    want[j] = true;
                    share += mass.values[r * kept[r].size() + j];
                }
                INFO(name << ", row " << r << (causal ? "" : ", not causal"));
                CHECK(kept[r] == want);
                CHECK(blocks.keptShare.flatten()[static_cast<std::int64_t>(r)].item<double>() ==
                      Approx(share).margin(1e-5));
            }
        }
}

}  // namespace

TEST_CASE("selectors by mass keep what their definitions and the common rule keep") {
    checkKeptByMass("mean-pooling", {}, &Reference::pooled);
    checkKeptByMass("oracle", {}, &Reference::truth);
    SelectorOptions eight;
    eight.stride = 8;
    checkKeptByMass("rrattention", eight, &Reference::rotatingRows);
    CHECK(selectorFor(eight, "rrattention")->name() == "rrattention S=8 tau=0.90");
}

TEST_CASE("no choice of as many blocks holds more mass than the oracle's") {
    const RandomTensors sample(4, 2, 32, 900, 900, at::kFloat, 3.0);
    const AttentionCall call = sample.call();
    SelectorOptions options;
    options.threshold = 0.6;
    const auto truth = Reference(call).truth();
    const auto held = [&](const Rows& kept, std::size_t row) {
        double sum = 0;
        for (std::size_t j = 0; j < kept[row].size(); ++j)
            if (kept[row][j]) sum += truth.values[row * kept[row].size() + j];
        return sum;
    };
    const Rows best = rowsOf(selectorFor(options, "oracle")->select(call, kNever));
    for (const std::string name : {"mean-pooling", "rrattention"}) {
        const Rows other = rowsOf(selectorFor(options, name)->select(call, kNever));
        for (std::size_t row = 0; row < best.size(); ++row) {
            const auto count = [&](const Rows& rows) {
                return std::count(rows[row].begin(), rows[row].end(), true);
            };
            if (count(other) > count(best)) continue;
            INFO(name << ", row " << row);
            CHECK(held(best, row) >= held(other, row) - 1e-6);
        }
    }
}

TEST_CASE("vertical and slash lines keep the strongest blocks of columns and of diagonals") {
    for (const RandomTensors& sample : samples()) {
        const AttentionCall call = sample.call();
        const Reference reference(call);
        SelectorOptions options;
        options.threshold = 0.6;
        const auto blocks = selectorFor(options, "vertical-slash")->select(call, kNever);
        Rows want;
        for (int head = 0; head < reference.shape().heads; ++head)
            for (Row& row : reference.lines(head, 64, 0.6)) want.push_back(std::move(row));
        CHECK(rowsOf(blocks) == want);
        if (reference.columns() > 3) CHECK(densityOf(blocks, call) < 0.95);
    }
}

TEST_CASE("FlexPrefill asks each head which way to choose") {
    int byPooling = 0, byLines = 0, leftOut = 0;
    std::vector<RandomTensors> all = samples();
    all.emplace_back(2, 1, 16, 1024, 1024, at::kFloat, 0.2);  // even weights, as means foretell
    for (const RandomTensors& sample : all) {
        const AttentionCall call = sample.call();
        const Reference reference(call);
        SelectorOptions options;
        options.threshold = 0.6;
        const auto blocks = selectorFor(options, "flexprefill")->select(call, kNever);
        const auto mass = reference.pooled();
        Rows want;
        for (int head = 0; head < reference.shape().heads; ++head) {
            const std::size_t size = static_cast<std::size_t>(mass.rows * mass.columns);
            if (reference.distance(head) >= 0.1) {
                ++byLines;
                for (Row& row : reference.lines(head, kBlock, 0.6)) want.push_back(std::move(row));
                continue;
            }
            ++byPooling;
            const auto begin = mass.values.begin() + head * static_cast<std::ptrdiff_t>(size);
            const auto chosen =
                Reference::fewest({begin, begin + static_cast<std::ptrdiff_t>(size)}, 0.6);
            for (std::int64_t row = 0; row < mass.rows; ++row) {
                const auto at = chosen.begin() + row * mass.columns;
                want.push_back(reference.force(Row(at, at + mass.columns), row));
            }
        }
        const Rows kept = rowsOf(blocks);
        CHECK(kept == want);
        for (const Row& row : kept) leftOut += std::count(row.begin(), row.end(), false) > 0;
    }
    CHECK(byPooling > 0);
    CHECK(byLines > 0);
    CHECK(leftOut > 0);
}

TEST_CASE("controls keep the wanted share and look at nothing") {
    const RandomTensors sample(4, 2, 32, 2000, 2000), other(4, 2, 32, 2000, 2000, at::kFloat, 0.1);
    SelectorOptions options;
    options.density = 0.4;
    for (const std::string name : {"random", "window"}) {
        const auto selector = selectorFor(options, name);
        CHECK(selector->name() == name + " 0.40");
        const SelectedBlocks blocks = selector->select(sample.call(), kNever);
        // 16 rows; the first ones cannot keep less than their sink and their own block.
        CHECK(densityOf(blocks, sample.call()) == Approx(0.4).margin(0.03));
        CHECK(rowsOf(blocks) == rowsOf(selector->select(other.call(), kNever)));
        for (const Row& row : rowsOf(blocks)) CHECK(row[0]);
        AttentionCall whole = sample.call();
        whole.causal = false;
        CHECK(densityOf(selector->select(whole, kNever), whole) == Approx(0.4).margin(0.03));
    }
    // The window: the sink, and what is nearest.
    const Rows window = rowsOf(selectorFor(options, "window")->select(sample.call(), kNever));
    Row last(16, false);
    last[0] = true;
    for (std::size_t j = 11; j < 16; ++j) last[j] = true;  // round(0.4 * 16) = 6 in all
    CHECK(window[15] == last);
    // Random: heads and layers differ, the same chunk of a prompt is always the same.
    const auto random = selectorFor(options, "random");
    const Rows kept = rowsOf(random->select(sample.call(), kNever));
    CHECK(Rows(kept.begin(), kept.begin() + 16) != Rows(kept.begin() + 16, kept.begin() + 32));
    CHECK(kept != rowsOf(random->select(sample.call(0, 1), kNever)));
    RandomTensors chunk = sample;
    chunk.q = sample.q.slice(1, 1024, 2000);
    const Rows later = rowsOf(random->select(chunk.call(), kNever));
    CHECK(Row(later[0]) == Row(kept[8]));
    CHECK(Row(later[7]) == Row(kept[15]));
}

TEST_CASE("every selector keeps all at a threshold or share of 1, and in rows that stay dense") {
    const RandomTensors sample(4, 2, 32, 700, 700);
    for (const std::string& name : selectorNames()) {
        SelectorOptions options;
        options.threshold = 1;
        options.density = 1;
        INFO(name);
        CHECK(densityOf(selectorFor(options, name)->select(sample.call(), kNever), sample.call()) ==
              1);
        options.threshold = 0.01;
        options.density = 0.01;
        const Rows kept = rowsOf(selectorFor(options, name)->select(sample.call(), 600));
        for (std::size_t row = 0; row < kept.size(); ++row) {
            const auto count = std::count(kept[row].begin(), kept[row].end(), true);
            const std::int64_t self = static_cast<std::int64_t>(row % 6);
            if (self == 4 || self == 5) CHECK(count == self + 1);  // hold position 600 and later
            if (self == 3) CHECK(count < 4);
        }
    }
}

TEST_CASE("what a selector does not serve is named") {
    SelectorOptions options;
    options.density = 0;
    CHECK_THROWS_WITH(selectorFor(options, "random"), Catch::Contains("share of blocks"));
    options = {};
    options.thresholdsFile = "table.json";
    CHECK_THROWS_WITH(selectorFor(options, "flexprefill"), Catch::Contains("flexprefill"));
    const RandomTensors sample(4, 2, 32, 300, 300);
    AttentionCall call = sample.call();
    call.causal = false;
    CHECK_THROWS_WITH(selectorFor({}, "vertical-slash")->select(call, kNever),
                      Catch::Contains("causal"));
}

}  // namespace reelquery::test
