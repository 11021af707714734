#include "kernels/cpu/row_product.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "kernels/bfloat16.h"

namespace reelquery::kernels {

namespace {

constexpr std::int64_t kPieceBytes = 96 << 10;  // of weights: a few microseconds of a core

/// A row of activations in every form that a kernel may ask for.
class PreparedInput {
  public:
    PreparedInput(const WeightRows& w, const void* x, bool isBf16, InputOrder order) {
        const std::int64_t inputs = w.inputs;
        if (!isBf16) {
            input.wide = static_cast<const float*>(x);
            return;
        }
        const auto* narrow = static_cast<const std::uint16_t*>(x);
        if (order == InputOrder::kPlain) {
            input.narrow = narrow;
            return;
        }
        wide_.resize(static_cast<std::size_t>(inputs));
        std::transform(narrow, narrow + inputs, wide_.begin(), floatFromBfloat16);
        input.wide = wide_.data();
        if (order == InputOrder::kNone) return;
        input.narrow = narrow;
        shuffle(narrow, inputs, order);
        input.shuffled = shuffled_.data();
        sums_ = sumsOf(kSumBlock);
        sums32_ = sumsOf(32);
        sums16_ = sumsOf(16);
        for (const float sum : sums32_) spread32_.insert(spread32_.end(), 8, sum / 8);
        input.sums = sums_.data();
        input.sums32 = sums32_.data();
        input.sums16 = sums16_.data();
        input.spread32 = spread32_.data();
    }

    RowInput input;

  private:
    /// Every `step`-th of `count` neighbours from `begin` on.
    void take(const std::uint16_t* narrow, std::int64_t begin, int count, int step) {
        for (int i = 0; i < count; i += step) shuffled_.push_back(narrow[begin + i]);
    }

    void shuffle(const std::uint16_t* narrow, std::int64_t inputs, InputOrder order) {
        shuffled_.reserve(static_cast<std::size_t>(inputs));
        if (order == InputOrder::kNibbles || order == InputOrder::kBytes) {
            const int apart = order == InputOrder::kNibbles ? 4 : 2, block = apart * 32;
            for (std::int64_t begin = 0; begin < inputs; begin += block) {
                for (int i = 0; i < apart; ++i) take(narrow, begin + i, block - i, apart);
            }
            return;
        }
        const int pair = order == InputOrder::kQ45K ? 64 : 32;  // from one 32 to its neighbour
        for (std::int64_t begin = 0; begin < inputs; begin += 128) {
            for (const int odd : {0, 1}) {
                for (const int first : {0, 96 - pair}) {
                    take(narrow, begin + first + odd, 32 - odd, 2);
                    take(narrow, begin + first + pair + odd, 32 - odd, 2);
                }
            }
        }
    }

    std::vector<float> sumsOf(int block) const {
        std::vector<float> sums;
        for (std::size_t begin = 0; begin + static_cast<std::size_t>(block) <= wide_.size();
             begin += static_cast<std::size_t>(block)) {
            float sum = 0;
            for (int i = 0; i < block; ++i) sum += wide_[begin + static_cast<std::size_t>(i)];
            sums.push_back(sum);
        }
        return sums;
    }

    std::vector<float> wide_, sums_, sums32_, sums16_, spread32_;
    std::vector<std::uint16_t> shuffled_;
};

/// Calls work(begin, end) for pieces of [0, count), each of about kPieceBytes, on all workers.
template <class Work>
void inPieces(Workers& workers, std::int64_t count, std::int64_t rowBytes, const Work& work) {
    const std::int64_t piece =
        std::max<std::int64_t>(4, kPieceBytes / std::max<std::int64_t>(1, rowBytes));
    if (count <= piece) {
        if (count > 0) work(0, count);
        return;
    }
    std::atomic<std::int64_t> next{0};
    workers.run([&](int) {
        for (;;) {
            const std::int64_t begin = next.fetch_add(piece, std::memory_order_relaxed);
            if (begin >= count) return;
            work(begin, std::min(count, begin + piece));
        }
    });
}

}  // namespace

const RowKernels& rowKernels(CpuIsa isa) {
    const RowKernels* kernels = nullptr;
    if (isa == CpuIsa::kAvx512Bf16) kernels = avx512Bf16Rows();
    if (isa == CpuIsa::kAvx512) kernels = avx512Rows();
    if (isa == CpuIsa::kAvx2) kernels = avx2Rows();
    return kernels ? *kernels : *genericRows();
}

void multiplyRow(Workers& workers, CpuIsa isa, const WeightRows& w, const void* x, bool isBf16,
                 float* y) {
    const RowKernels& kernels = rowKernels(isa);
    const PreparedInput prepared(w, x, isBf16, isBf16 ? kernels.order(w) : InputOrder::kNone);
    inPieces(workers, w.outputs, w.rowBytes, [&](std::int64_t begin, std::int64_t end) {
        kernels.multiply(w, prepared.input, begin, end, y + begin);
    });
}

void unpackWeightRows(Workers& workers, CpuIsa isa, const WeightRows& w, std::int64_t begin,
                      std::int64_t end, void* out, bool toBf16) {
    const RowKernels& kernels = rowKernels(isa);
    const std::int64_t outRow = w.inputs * (toBf16 ? 2 : 4);
    inPieces(workers, end - begin, outRow, [&](std::int64_t first, std::int64_t last) {
        kernels.unpack(w, begin + first, begin + last,
                       static_cast<std::uint8_t*>(out) + first * outRow, toBf16 ? 1 : 0);
    });
}

}  // namespace reelquery::kernels
