#pragma once
// Prefill attention on a device against the double-precision oracle, row by row.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "kernels/block_layout.h"
#include "tests/gpu/bfloat16_bits.h"
#include "tests/gpu/cuda_library.h"
#include "tests/gpu/device_memory.h"
#include "tests/gpu/gpu_inputs.cuh"
#include "tests/gpu/gpu_oracle.cuh"
#include "tests/gpu/row_verdict.h"

namespace reelquery::test {

/// Lists on both sides, and as a byte per (head, query block, key block).
struct TestLists {
    std::int64_t pitch = 0;
    std::vector<std::uint16_t> columns;  ///< [Hq, NQ, pitch]
    std::vector<std::int32_t> counts;    ///< [Hq, NQ]
    std::vector<unsigned char> keep;     ///< [Hq, NQ, NK]

    /// Of every (head, query block) those of its visible blocks for which keeps(row, block) holds.
    template <class Keeps>
    static TestLists of(const kernels::AttentionShape& s, const Keeps& keeps) {
        const std::int64_t rows = kernels::queryBlocks(s), blocks = kernels::keyBlocks(s);
        TestLists lists;
        lists.pitch = blocks + 3;
        for (std::int64_t row = 0; row < s.heads * rows; ++row) {
            const std::int64_t self = kernels::firstQueryBlock(s) + row % rows;
            const std::int64_t visible = s.causal ? self + 1 : blocks;
            std::vector<std::uint16_t> list;
            for (std::int64_t j = 0; j < blocks; ++j) {
                const bool in = j < visible && keeps(row, j);
                lists.keep.push_back(in);
                if (in) list.push_back(static_cast<std::uint16_t>(j));
            }
            lists.counts.push_back(static_cast<std::int32_t>(list.size()));
            list.resize(static_cast<std::size_t>(lists.pitch), 0xffff);
            lists.columns.insert(lists.columns.end(), list.begin(), list.end());
        }
        return lists;
    }
};

/// Mixed density; every seventh row is empty and some lack their diagonal.
inline TestLists randomLists(const kernels::AttentionShape& s, std::uint32_t seed) {
    std::mt19937 random(seed);
    const std::int64_t rows = kernels::queryBlocks(s);
    return TestLists::of(s, [&](std::int64_t row, std::int64_t j) {
        const std::int64_t self = kernels::firstQueryBlock(s) + row % rows;
        const double density = row % 7 == 5 ? 0 : 0.05 + 0.3 * (row % 4);
        return (density > 0 && j == self && row % 5 != 4) || random() < density * 4294967296.0;
    });
}

/// Pairs (head, query): all of them, or `most` at random and always the first and the last.
inline std::vector<int2> sampleRows(const kernels::AttentionShape& s, std::uint32_t seed,
                                    std::int64_t most = 384) {
    std::mt19937 random(seed);
    std::vector<int2> samples;
    const std::int64_t all = s.heads * s.queries;
    for (std::int64_t i = 0; i < std::min(all, most); ++i) {
        const std::int64_t at = all <= most ? i : static_cast<std::int64_t>(random()) % all;
        samples.push_back({static_cast<int>(at / s.queries), static_cast<int>(at % s.queries)});
    }
    samples.push_back({s.heads - 1, static_cast<int>(s.queries) - 1});
    samples.push_back({0, 0});
    return samples;
}

/// An output amid poison: gaps between tokens, and 128 tokens on either side.
class GuardedOutput {
  public:
    explicit GuardedOutput(const kernels::AttentionShape& s)
        : shape_(s),
          tokenStride_(s.heads * s.headDim + kGap),
          device_(static_cast<std::size_t>((s.queries + 2 * kGuardTokens) * tokenStride_)) {
        poison();
    }

    void poison() { device_.fill(0xff); }

    kernels::MutableHeadsView view() const {
        return {device_.get() + kGuardTokens * tokenStride_, shape_.headDim, tokenStride_};
    }

    void read() { bits_ = device_.toHost(); }

    const std::vector<std::uint16_t>& bits() const { return bits_; }

    double value(int head, std::int64_t query, int d) const {
        return toFloat(bits_[static_cast<std::size_t>((kGuardTokens + query) * tokenStride_ +
                                                      head * shape_.headDim + d)]);
    }

    /// Values outside the rows that are no longer poison.
    std::int64_t strayed() const {
        std::int64_t count = 0;
        eachValue([&](bool inside, std::uint16_t bits) { count += !inside && bits != 0xffff; });
        return count;
    }

    /// Values inside the rows that are not sensible numbers.
    std::int64_t unwritten() const {
        std::int64_t count = 0;
        eachValue([&](bool inside, std::uint16_t bits) {
            count += inside && !(std::abs(toFloat(bits)) < 1e4);
        });
        return count;
    }

  private:
    static constexpr std::int64_t kGap = 64, kGuardTokens = 128;

    template <class See>
    void eachValue(const See& see) const {
        std::size_t index = 0;
        for (std::int64_t token = -kGuardTokens; token < shape_.queries + kGuardTokens; ++token)
            for (std::int64_t at = 0; at < tokenStride_; ++at)
                see(token >= 0 && token < shape_.queries && at < tokenStride_ - kGap,
                    bits_[index++]);
    }

    kernels::AttentionShape shape_;
    std::int64_t tokenStride_;
    DeviceArray<std::uint16_t> device_;
    std::vector<std::uint16_t> bits_;
};

/// What a check of one call found.
struct PrefillFinding {
    kernels::Status status;
    std::vector<int2> samples;         ///< (head, query)
    std::vector<RowVerdict> verdicts;  ///< of the samples
    std::vector<char> isFinite;        ///< whether all of the exact row is
    double error = 0;                  ///< largest of all sampled values
    double yardstick = 0;              ///< largest error of rounding to bf16
    std::int64_t unwritten = 0, strayed = 0;
    bool repeats = true;  ///< two runs over different poison gave the same bits

    bool rowsPass() const {
        return std::all_of(verdicts.begin(), verdicts.end(),
                           [](const RowVerdict& verdict) { return verdict.passed; });
    }

    /// The whole call: every row by its own yardstick, and the largest error by the largest.
    bool passed() const {
        return status.ok() && rowsPass() && error <= 2 * yardstick + 1e-6 && unwritten == 0 &&
               strayed == 0 && repeats;
    }

    std::string figures() const {
        std::size_t worst = 0;
        double most = -1;
        for (std::size_t i = 0; i < verdicts.size(); ++i) {
            const double ratio = verdicts[i].sameFinite
                                     ? verdicts[i].error / (verdicts[i].yardstick + 1e-9)
                                     : INFINITY;
            if (ratio > most) {
                most = ratio;
                worst = i;
            }
        }
        char buffer[256];
        std::snprintf(buffer, sizeof buffer,
                      "%zu rows, worst %.2f of its yardstick (head %d query %d, error %.1e), max "
                      "error %.1e (yardstick %.1e), unwritten %lld, strayed %lld%s %s",
                      verdicts.size(), most, samples.empty() ? -1 : samples[worst].x,
                      samples.empty() ? -1 : samples[worst].y,
                      verdicts.empty() ? 0 : verdicts[worst].error, error, yardstick,
                      static_cast<long long>(unwritten), static_cast<long long>(strayed),
                      repeats ? "" : ", NOT REPEATED", status.message);
        return buffer;
    }
};

/// Runs a call twice and compares the samples with the oracle. lists: null for every block;
/// oracleKeep: what the oracle attends to, [Hq, NQ, NK] bytes on the device, null for every block.
/// Ends the program where the device failed, as nothing works after that.
inline PrefillFinding runPrefill(const CudaLibrary& library, kernels::CudaPath path,
                                 const kernels::AttentionInputs& call, const TestLists* lists,
                                 const unsigned char* oracleKeep, std::vector<int2> samples) {
    const kernels::AttentionShape& s = call.shape;
    const DeviceArray<std::uint16_t> columns(lists ? lists->columns
                                                   : std::vector<std::uint16_t>(1));
    const DeviceArray<std::int32_t> counts(lists ? lists->counts : std::vector<std::int32_t>(1));
    const kernels::BlockLists listView{columns.get(), counts.get(), lists ? lists->pitch : 0};
    GuardedOutput out(s);
    DeviceArray<char> workspace(library.workspaceBytes(&s, nullptr, path));
    PrefillFinding found;
    found.samples = std::move(samples);
    std::vector<std::uint16_t> first;
    for (int run = 0; run < 2; ++run) {
        out.poison();
        workspace.fill(run ? 0xff : 0x7b);
        const kernels::MutableHeadsView view = out.view();
        found.status = library.prefill(&call, lists ? &listView : nullptr, &view,
                                       {workspace.get(), workspace.size()}, path, nullptr);
        require(cudaDeviceSynchronize(), "prefill");
        if (!found.status.ok()) return found;
        out.read();
        if (run == 0) first = out.bits();
    }
    found.repeats = first == out.bits();
    found.strayed = out.strayed();
    found.unwritten = out.unwritten();

    const DeviceArray<int2> deviceSamples(found.samples);
    const std::size_t count = found.samples.size(), dim = static_cast<std::size_t>(s.headDim);
    DeviceArray<double> logits(count * static_cast<std::size_t>(s.keys));
    DeviceArray<double> exact(count * dim), rounded(count * dim);
    attendRows<<<static_cast<int>(count), kOracleThreads>>>(
        call, deviceSamples.get(), oracleKeep, static_cast<int>(kernels::queryBlocks(s)),
        static_cast<int>(kernels::keyBlocks(s)), logits.get(), exact.get(), rounded.get());
    require(cudaDeviceSynchronize(), "the oracle");
    const std::vector<double> want = exact.toHost(), yard = rounded.toHost();
    for (std::size_t i = 0; i < count; ++i) {
        const auto got = [&](int d) {
            return out.value(found.samples[i].x, found.samples[i].y, d);
        };
        found.isFinite.push_back(std::all_of(&want[i * dim], &want[i * dim] + dim,
                                             [](double x) { return std::isfinite(x); }));
        found.verdicts.push_back(judgeRow(got, &want[i * dim], &yard[i * dim], s.headDim));
        for (int d = 0; d < s.headDim; ++d) {
            const std::size_t at = i * dim + static_cast<std::size_t>(d);
            if (!std::isfinite(want[at])) continue;  // judgeRow() looks at those
            const double off = std::abs(got(d) - want[at]);
            if (!(off <= found.error)) found.error = off;
            found.yardstick = std::max(found.yardstick, std::abs(yard[at] - want[at]));
        }
    }
    return found;
}

/// Dense, or over random lists.
inline PrefillFinding comparePrefill(const CudaLibrary& library, kernels::CudaPath path,
                                     const kernels::AttentionShape& s, bool sparse, Layout layout,
                                     std::uint32_t seed) {
    const GpuInputs inputs(s, layout, seed, sparse ? 0.0f : 0.3f);
    TestLists lists;
    if (sparse) lists = randomLists(s, seed);
    const DeviceArray<unsigned char> keep(lists.keep);
    return runPrefill(library, path, inputs.get(), sparse ? &lists : nullptr,
                      sparse ? keep.get() : nullptr, sampleRows(s, seed + 9));
}

/// What checkMissingBlock() found: how many rows that lack a block were objected to.
struct MissingFinding {
    int damaged = 0, caught = 0;
    int sound = 0, accused = 0;  ///< rows that lack nothing, and the wrongly accused of them

    bool passed() const { return damaged > 0 && caught == damaged && sound > 0 && accused == 0; }
};

/// The check of the check: lists of every visible block but one, which all rows of the last block
/// of queries lack, against the oracle that reads everything.
inline MissingFinding checkMissingBlock(const CudaLibrary& library, kernels::CudaPath path,
                                        const kernels::AttentionShape& s, std::uint32_t seed) {
    const GpuInputs inputs(s, Layout::kCache, seed, 0);
    const std::int64_t rows = kernels::queryBlocks(s), missing = kernels::keyBlocks(s) / 2;
    const TestLists lists = TestLists::of(s, [&](std::int64_t row, std::int64_t j) {
        return j != missing || row % rows != rows - 1;
    });
    std::vector<int2> samples;
    for (int head = 0; head < s.heads; ++head)
        for (const std::int64_t back : {1, 40, 127, 200, 1000, 3000}) {
            if (back > s.queries) continue;
            samples.push_back({head, static_cast<int>(s.queries - back)});
        }
    const PrefillFinding found = runPrefill(library, path, inputs.get(), &lists, nullptr, samples);
    MissingFinding finding;
    if (!found.status.ok()) return finding;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const std::int64_t block =
            (s.queryOffset() + samples[i].y) / kernels::kBlockSize - kernels::firstQueryBlock(s);
        const bool isDamaged = block == rows - 1, objects = !found.verdicts[i].passed;
        ++(isDamaged ? finding.damaged : finding.sound);
        if (objects) ++(isDamaged ? finding.caught : finding.accused);
    }
    return finding;
}

/// Whether the same tokens give the same bits in caches of different capacity.
inline bool sameForEveryCapacity(const CudaLibrary& library, kernels::CudaPath path,
                                 const kernels::AttentionShape& s, std::uint32_t seed) {
    std::vector<std::uint16_t> first;
    for (const int spare : {1, 77, 4000}) {
        const GpuInputs inputs(s, Layout::kCache, seed, 0.3f, spare);
        GuardedOutput out(s);
        DeviceArray<char> workspace(library.workspaceBytes(&s, nullptr, path));
        workspace.fill(spare);
        const kernels::MutableHeadsView view = out.view();
        const kernels::Status status = library.prefill(
            &inputs.get(), nullptr, &view, {workspace.get(), workspace.size()}, path, nullptr);
        require(cudaDeviceSynchronize(), "prefill");
        if (!status.ok()) return false;
        out.read();
        if (first.empty()) first = out.bits();
        if (first != out.bits()) return false;
    }
    return true;
}

}  // namespace reelquery::test
