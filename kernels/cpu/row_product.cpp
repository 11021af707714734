#include "kernels/cpu/row_product.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "kernels/bfloat16.h"

namespace reelquery::kernels {

namespace {

constexpr std::int64_t kPieceBytes = 96 << 10;  // of weights: a few microseconds of a core

const RowKernels& kernelsFor(CpuIsa isa) {
    const RowKernels* kernels = nullptr;
    if (isa == CpuIsa::kAvx512Bf16) kernels = avx512Bf16Rows();
    if (isa == CpuIsa::kAvx512) kernels = avx512Rows();
    if (isa == CpuIsa::kAvx2) kernels = avx2Rows();
    return kernels ? *kernels : *genericRows();
}

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
        const int apart = order == InputOrder::kNibbles ? 4 : 2;
        const int block = apart * 32;
        shuffled_.reserve(static_cast<std::size_t>(inputs));
        for (std::int64_t begin = 0; begin < inputs; begin += block) {
            for (int first = 0; first < apart; ++first) {
                for (int i = first; i < block; i += apart) shuffled_.push_back(narrow[begin + i]);
            }
        }
        input.shuffled = shuffled_.data();
        for (std::int64_t begin = 0; begin < inputs; begin += kSumBlock) {
            float sum = 0;
            for (int i = 0; i < kSumBlock; ++i) sum += wide_[static_cast<std::size_t>(begin + i)];
            sums_.push_back(sum);
        }
        input.sums = sums_.data();
    }

    RowInput input;

  private:
    std::vector<float> wide_, sums_;
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

void multiplyRow(Workers& workers, CpuIsa isa, const WeightRows& w, const void* x, bool isBf16,
                 float* y) {
    const RowKernels& kernels = kernelsFor(isa);
    const PreparedInput prepared(w, x, isBf16, isBf16 ? kernels.order(w) : InputOrder::kNone);
    inPieces(workers, w.outputs, w.rowBytes, [&](std::int64_t begin, std::int64_t end) {
        kernels.multiply(w, prepared.input, begin, end, y + begin);
    });
}

void unpackWeightRows(Workers& workers, CpuIsa isa, const WeightRows& w, std::int64_t begin,
                      std::int64_t end, void* out, bool toBf16) {
    const RowKernels& kernels = kernelsFor(isa);
    const std::int64_t outRow = w.inputs * (toBf16 ? 2 : 4);
    inPieces(workers, end - begin, outRow, [&](std::int64_t first, std::int64_t last) {
        kernels.unpack(w, begin + first, begin + last,
                       static_cast<std::uint8_t*>(out) + first * outRow, toBf16 ? 1 : 0);
    });
}

}  // namespace reelquery::kernels
