// Blocks that nobody chose by looking: the controls. What answers as well with them shows nothing
// about a choice. `random` keeps random blocks, `window` the nearest ones (with the sinks, what
// StreamingLLM keeps, arXiv 2309.17453); both as many as the wanted share of what a row sees.

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "core/attention/selector_table.h"
#include "core/attention/selectors/row_lists.h"
#include "core/base/error.h"
#include "core/base/format_text.h"

namespace reelquery {

namespace {

constexpr double kDefaultDensity = 0.5;

class BlindSelector : public BlockSelector {
  public:
    explicit BlindSelector(const SelectorRequest& request)
        : options_(request.options),
          density_(request.options.density.value_or(kDefaultDensity)),
          kernels_(request.kernels) {
        if (!(density_ > 0 && density_ <= 1))
            throw Error(ErrorCode::kUsage, "the share of blocks to keep must lie above 0, up to 1",
                        "0.5 is the default");
    }

    SelectedBlocks select(const AttentionCall& call,
                          std::int64_t denseFromPosition) const override {
        RowLists rows(call, options_, denseFromPosition);
        std::vector<std::uint8_t> keep;
        std::vector<std::int64_t> free;
        for (int head = 0; head < rows.shape().heads; ++head) {
            for (std::int64_t row = 0; row < rows.rows(); ++row) {
                const std::int64_t visible = rows.visible(row);
                keep.assign(static_cast<std::size_t>(visible), 0);
                free.clear();
                for (std::int64_t j = 0; j < visible; ++j)
                    if (!rows.isForced(row, j)) free.push_back(j);
                const std::int64_t forced = visible - std::ssize(free);
                const std::int64_t wanted =
                    std::llround(density_ * static_cast<double>(visible)) - forced;
                const auto count = std::clamp<std::int64_t>(wanted, 0, std::ssize(free));
                order(free, call.layer, head, rows.self(row));
                for (std::int64_t n = 0; n < count; ++n)
                    keep[static_cast<std::size_t>(free[static_cast<std::size_t>(n)])] = 1;
                rows.set(head, row, keep);
            }
        }
        return std::move(rows).lists();
    }

    std::int64_t forcedBlocks(bool causal) const override {
        return options_.sinkBlocks + (causal ? options_.recentBlocks : 0);
    }

    std::string whyNot(bool bfloat16, int headDim) const override {
        return kernels_->whyNotSparse(bfloat16, headDim);
    }

    std::string name() const override { return formatText("%s %.2f", word(), density_); }

    std::string costKey() const override { return word(); }

  protected:
    virtual const char* word() const = 0;

    /// Brings the free blocks of a row into the order in which they are kept. The same call gets
    /// the same order, also in another chunk.
    virtual void order(std::vector<std::int64_t>& free, int layer, int head,
                       std::int64_t self) const = 0;

  private:
    SelectorOptions options_;
    double density_;
    std::shared_ptr<const AttentionKernels> kernels_;
};

class RandomSelector final : public BlindSelector {
  public:
    using BlindSelector::BlindSelector;

  private:
    const char* word() const override { return "random"; }

    void order(std::vector<std::int64_t>& free, int layer, int head,
               std::int64_t self) const override {
        std::seed_seq seed{layer, head, static_cast<int>(self)};
        std::mt19937 random(seed);
        // Not std::shuffle, whose order is each library's own.
        for (std::size_t n = free.size(); n > 1; --n) std::swap(free[n - 1], free[random() % n]);
    }
};

class WindowSelector final : public BlindSelector {
  public:
    using BlindSelector::BlindSelector;

  private:
    const char* word() const override { return "window"; }

    void order(std::vector<std::int64_t>& free, int, int, std::int64_t self) const override {
        std::stable_sort(free.begin(), free.end(), [=](std::int64_t a, std::int64_t b) {
            return std::abs(self - a) < std::abs(self - b);
        });
    }
};

}  // namespace

std::unique_ptr<BlockSelector> makeRandomSelector(const SelectorRequest& request) {
    return std::make_unique<RandomSelector>(request);
}

std::unique_ptr<BlockSelector> makeWindowSelector(const SelectorRequest& request) {
    return std::make_unique<WindowSelector>(request);
}

}  // namespace reelquery
