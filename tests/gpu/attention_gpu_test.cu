// Correctness of the CUDA library on a device, against double-precision oracles.
// Usage: attention_gpu_test LIBRARY [quick | tiny]: quick leaves out the long cases, tiny keeps
// what compute-sanitizer's racecheck gets through. Exit: 0 passed, 1 failed, 77 no device here.

#include <cstring>
#include <random>
#include <string>

#include "kernels/block_layout.h"
#include "tests/gpu/cuda_library.h"
#include "tests/gpu/decode_check.cuh"
#include "tests/gpu/device_memory.h"
#include "tests/gpu/gpu_inputs.cuh"
#include "tests/gpu/gpu_oracle.cuh"
#include "tests/gpu/row_steps_check.cuh"
#include "tests/gpu/selection_rule.h"

namespace reelquery::test {
namespace {

using namespace kernels;

enum class Extent { kFull, kQuick, kTiny };

int failures = 0;
int checks = 0;

void report(bool passed, const std::string& what, const std::string& figures) {
    ++checks;
    if (!passed) ++failures;
    std::printf("%s %s: %s\n", passed ? "ok  " : "FAIL", what.c_str(), figures.c_str());
    std::fflush(stdout);
}

template <class... Args>
std::string text(const char* format, Args... args) {
    char buffer[256];
    std::snprintf(buffer, sizeof buffer, format, args...);
    return buffer;
}

AttentionShape shapeOf(int heads, int kvHeads, int dim, std::int64_t queries, std::int64_t keys,
                       bool causal = true) {
    return {heads,
            kvHeads,
            dim,
            queries,
            keys,
            causal,
            1 / std::sqrt(static_cast<float>(dim)),
            Dtype::kBfloat16};
}

std::string nameOf(const AttentionShape& s, CudaPath path, const char* what) {
    return text("%s %s D%d heads %d/%d q %lld k %lld%s",
                path == CudaPath::kPortable ? "port" : "sm90", what, s.headDim, s.heads, s.kvHeads,
                static_cast<long long>(s.queries), static_cast<long long>(s.keys),
                s.causal ? "" : " not causal");
}

/// Lists on both sides, and as a byte per (head, query block, key block).
struct TestLists {
    std::int64_t pitch = 0;
    std::vector<std::uint16_t> columns;
    std::vector<std::int32_t> counts;
    std::vector<unsigned char> keep;
};

// Random lists of mixed density; every seventh row is empty and some lack their diagonal.
TestLists randomLists(const AttentionShape& s, std::uint32_t seed) {
    std::mt19937 random(seed);
    const std::int64_t rows = queryBlocks(s), blocks = keyBlocks(s);
    TestLists lists;
    lists.pitch = blocks + 3;
    for (std::int64_t row = 0; row < s.heads * rows; ++row) {
        const std::int64_t self = firstQueryBlock(s) + row % rows;
        const std::int64_t visible = s.causal ? self + 1 : blocks;
        const double density = row % 7 == 5 ? 0 : 0.05 + 0.3 * (row % 4);
        std::vector<std::uint16_t> list;
        for (std::int64_t j = 0; j < blocks; ++j) {
            const bool in = j < visible && ((density > 0 && j == self && row % 5 != 4) ||
                                            random() < density * 4294967296.0);
            lists.keep.push_back(in);
            if (in) list.push_back(static_cast<std::uint16_t>(j));
        }
        lists.counts.push_back(static_cast<std::int32_t>(list.size()));
        list.resize(static_cast<std::size_t>(lists.pitch), 0xffff);
        lists.columns.insert(lists.columns.end(), list.begin(), list.end());
    }
    return lists;
}

CudaWorkspace viewOf(const DeviceArray<char>& bytes) {
    return {bytes.get(), bytes.size()};
}

std::vector<int2> sampleRows(const AttentionShape& s, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<int2> samples;
    const std::int64_t all = s.heads * s.queries;
    const std::int64_t count = std::min<std::int64_t>(all, 384);
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t at = all <= 384 ? i : static_cast<std::int64_t>(random()) % all;
        samples.push_back({static_cast<int>(at / s.queries), static_cast<int>(at % s.queries)});
    }
    samples.push_back({s.heads - 1, static_cast<int>(s.queries) - 1});
    samples.push_back({0, 0});
    return samples;
}

void checkPrefill(const CudaLibrary& library, CudaPath path, const AttentionShape& s, bool sparse,
                  Layout layout, std::uint32_t seed) {
    const GpuInputs inputs(s, layout, seed, sparse ? 0.0f : 0.3f);
    const std::string name = nameOf(s, path, sparse ? "sparse" : "dense");
    TestLists lists;
    if (sparse) lists = randomLists(s, seed);
    const DeviceArray<std::uint16_t> columns(lists.columns);
    const DeviceArray<std::int32_t> counts(lists.counts);
    const DeviceArray<unsigned char> keep(lists.keep);
    const BlockLists view{columns.get(), counts.get(), lists.pitch};

    constexpr std::int64_t kGap = 64;
    const std::int64_t tokenStride = s.heads * s.headDim + kGap;
    DeviceArray<std::uint16_t> out(static_cast<std::size_t>((s.queries + 256) * tokenStride));
    out.fill(0xff);
    const std::int64_t guard = 128 * tokenStride;
    const MutableHeadsView outView{out.get() + guard, s.headDim, tokenStride};
    DeviceArray<char> workspace(library.workspaceBytes(&s, nullptr, path));
    const AttentionInputs call = inputs.get();
    const Status status = library.prefill(&call, sparse ? &view : nullptr, &outView,
                                          viewOf(workspace), path, nullptr);
    const cudaError_t ran = cudaDeviceSynchronize();
    if (!status.ok() || ran != cudaSuccess) {
        report(false, name, text("%s / %s", status.message, cudaGetErrorString(ran)));
        if (ran != cudaSuccess) std::exit(1);
        return;
    }

    const std::vector<int2> samples = sampleRows(s, seed + 9);
    const DeviceArray<int2> deviceSamples(samples);
    DeviceArray<double> logits(samples.size() * static_cast<std::size_t>(s.keys));
    DeviceArray<double> exact(samples.size() * s.headDim), rounded(samples.size() * s.headDim);
    attendRows<<<static_cast<int>(samples.size()), kOracleThreads>>>(
        call, deviceSamples.get(), sparse ? keep.get() : nullptr, static_cast<int>(queryBlocks(s)),
        static_cast<int>(keyBlocks(s)), logits.get(), exact.get(), rounded.get());
    require(cudaDeviceSynchronize(), "the oracle");

    const std::vector<std::uint16_t> got = out.toHost();
    const auto value = [&](std::size_t at) {
        const std::uint32_t bits = static_cast<std::uint32_t>(got[at]) << 16;
        float f;
        std::memcpy(&f, &bits, 4);
        return static_cast<double>(f);
    };
    std::int64_t unwritten = 0, strayed = 0;
    for (std::int64_t token = -128; token < s.queries + 128; ++token)
        for (std::int64_t at = 0; at < tokenStride; ++at) {
            const std::size_t index = static_cast<std::size_t>(guard + token * tokenStride + at);
            const bool inside = token >= 0 && token < s.queries && at < tokenStride - kGap;
            if (inside && !(std::abs(value(index)) < 1e4)) ++unwritten;
            if (!inside && got[index] != 0xffff) ++strayed;
        }
    const std::vector<double> want = exact.toHost(), yard = rounded.toHost();
    double error = 0, yardstick = 0, squares = 0, norm = 0;
    int2 worst{-1, -1};
    for (std::size_t i = 0; i < samples.size(); ++i)
        for (int d = 0; d < s.headDim; ++d) {
            const std::size_t at = i * s.headDim + d;
            const double off = value(static_cast<std::size_t>(guard + samples[i].y * tokenStride +
                                                              samples[i].x * s.headDim + d)) -
                               want[at];
            if (!(std::abs(off) <= error)) {
                error = std::abs(off);
                worst = samples[i];
            }
            yardstick = std::max(yardstick, std::abs(yard[at] - want[at]));
            squares += off * off;
            norm += want[at] * want[at];
        }
    const bool passed = error <= 2 * yardstick + 1e-6 && unwritten == 0 && strayed == 0;
    report(
        passed, name,
        text("max error %.2e (bf16 yardstick %.2e), relative %.2e, unwritten %lld, strayed %lld, "
             "worst head %d query %d",
             error, yardstick, std::sqrt(squares / std::max(norm, 1e-300)),
             static_cast<long long>(unwritten), static_cast<long long>(strayed), worst.x, worst.y));
}

void checkSelect(const CudaLibrary& library, CudaPath path, const AttentionShape& s,
                 const SelectionParams& params, Layout layout, std::uint32_t seed,
                 float structure) {
    const GpuInputs inputs(s, layout, seed, structure);
    const AttentionInputs call = inputs.get();
    const std::string name =
        nameOf(s, path, text("select S%d tau %.2f", params.stride, params.threshold).c_str());
    const std::size_t rows = static_cast<std::size_t>(queryBlocks(s));
    const std::size_t blocks = static_cast<std::size_t>(keyBlocks(s)), pitch = blocks + 1;
    DeviceArray<std::uint16_t> columns(s.heads * rows * pitch);
    DeviceArray<std::int32_t> counts(s.heads * rows);
    DeviceArray<float> mass(s.heads * rows * blocks), share(s.heads * rows);
    DeviceArray<char> workspace(library.workspaceBytes(&s, &params, path));
    const CudaSelection selection{columns.get(), counts.get(), static_cast<std::int64_t>(pitch),
                                  share.get(), mass.get()};
    std::vector<std::uint16_t> firstColumns;
    std::vector<std::int32_t> firstCounts;
    for (int run = 0; run < 2; ++run) {  // twice over poison: the same answer, bit for bit
        columns.fill(0xee);
        counts.fill(0xee);
        mass.fill(0xff);
        workspace.fill(run ? 0xff : 0x7b);
        const Status status =
            library.select(&call, &params, &selection, viewOf(workspace), path, nullptr);
        const cudaError_t ran = cudaDeviceSynchronize();
        if (!status.ok() || ran != cudaSuccess) {
            report(false, name, text("%s / %s", status.message, cudaGetErrorString(ran)));
            if (ran != cudaSuccess) std::exit(1);
            return;
        }
        if (run == 0) {
            firstColumns = columns.toHost();
            firstCounts = counts.toHost();
        }
    }
    const std::vector<std::uint16_t> gotColumns = columns.toHost();
    const std::vector<std::int32_t> gotCounts = counts.toHost();
    const bool repeats = gotColumns == firstColumns && gotCounts == firstCounts;
    const std::vector<float> gotMass = mass.toHost();

    const auto order = queryOrder(params.pattern, params.stride);
    const DeviceArray<int> deviceOrder(std::vector<int>(order.begin(), order.end()));
    const std::int64_t firstGroup = s.queryOffset() / params.stride;
    const std::int64_t groups =
        (s.queryOffset() + s.queries + params.stride - 1) / params.stride - firstGroup;
    const std::size_t keyGroups =
        static_cast<std::size_t>((s.keys + params.stride - 1) / params.stride);
    DeviceArray<double> cells(static_cast<std::size_t>(s.heads * groups) * keyGroups);
    DeviceArray<double> oracle(s.heads * rows * blocks);
    oracle.fill(0);
    scoreRows<<<dim3(static_cast<unsigned>(groups), s.heads), kOracleThreads>>>(
        call, params.stride, deviceOrder.get(), firstGroup, static_cast<int>(rows),
        static_cast<int>(blocks), cells.get(), oracle.get());
    require(cudaDeviceSynchronize(), "the score oracle");
    const std::vector<double> wantMass = oracle.toHost();

    double massError = 0, density = 0, visibleBlocks = 0;
    int differing = 0, wrong = 0, malformed = 0;
    for (std::size_t row = 0; row < s.heads * rows; ++row) {
        const std::int64_t self = firstQueryBlock(s) + static_cast<std::int64_t>(row % rows);
        const std::size_t visible = s.causal ? static_cast<std::size_t>(self) + 1 : blocks;
        const std::int64_t lastQuery =
            std::min<std::int64_t>((self + 1) * kBlockSize, s.queryOffset() + s.queries) - 1;
        const RowRule rule{
            self,
            s.causal,
            lastQuery >= params.denseFromPosition,
            params.thresholdPerHead ? params.thresholdPerHead[row / rows] : params.threshold,
            params.sinkBlocks,
            params.recentBlocks};
        const float* own = &gotMass[row * blocks];
        const double* want = &wantMass[row * blocks];
        const std::vector<float> ownMass(own, own + visible);
        const std::vector<double> exactMass(want, want + visible);
        const double total = std::accumulate(exactMass.begin(), exactMass.end(), 0.0);
        for (std::size_t j = 0; j < blocks; ++j) {
            const double off = std::abs(own[j] - want[j]) / total;
            if (!(off <= massError)) massError = off;
        }
        std::vector<char> keep(visible, 0);
        int last = -1;
        for (int i = 0; i < gotCounts[row] && i < static_cast<int>(blocks); ++i) {
            const int j = gotColumns[row * pitch + i];
            if (j <= last || j >= static_cast<int>(visible)) {
                ++malformed;
                break;
            }
            keep[static_cast<std::size_t>(j)] = 1;
            last = j;
        }
        density += gotCounts[row];
        visibleBlocks += static_cast<double>(visible);
        if (keep != keptBlocks(rule, ownMass)) {
            ++differing;
            if (!followsRule(rule, ownMass, keep, 2e-6)) ++wrong;
        }
        if (!followsRule(rule, exactMass, keep, 1e-4)) ++wrong;
    }
    const bool passed = massError < 5e-5 && wrong == 0 && malformed == 0 && repeats;
    report(
        passed, name,
        text("mass error %.1e of a row, density %.3f, rows %zu: near ties %d, wrong %d, malformed "
             "%d, repeats %d",
             massError, density / visibleBlocks, s.heads * rows, differing, wrong, malformed,
             repeats));
}

// All queries zero: every visible pooled cell weighs the same, so whole blocks tie and the rule's
// order by distance decides alone.
void checkTies(const CudaLibrary& library, CudaPath path, const AttentionShape& s) {
    const GpuInputs inputs(s, Layout::kTokenMajor, 3, 0);
    AttentionInputs call = inputs.get();
    DeviceArray<std::uint16_t> zeros(static_cast<std::size_t>(s.heads * s.queries * s.headDim));
    zeros.fill(0);
    call.q = {zeros.get(), s.headDim, std::int64_t{s.heads} * s.headDim};
    SelectionParams params;
    params.threshold = 0.55f;
    const std::size_t rows = static_cast<std::size_t>(queryBlocks(s));
    const std::size_t blocks = static_cast<std::size_t>(keyBlocks(s));
    DeviceArray<std::uint16_t> columns(s.heads * rows * blocks);
    DeviceArray<std::int32_t> counts(s.heads * rows);
    DeviceArray<float> mass(s.heads * rows * blocks);
    DeviceArray<char> workspace(library.workspaceBytes(&s, &params, path));
    const CudaSelection selection{columns.get(), counts.get(), keyBlocks(s), nullptr, mass.get()};
    bool passed = library.select(&call, &params, &selection, viewOf(workspace), path, nullptr).ok();
    require(cudaDeviceSynchronize(), "the selection");
    const std::vector<std::uint16_t> gotColumns = columns.toHost();
    const std::vector<std::int32_t> gotCounts = counts.toHost();
    const std::vector<float> gotMass = mass.toHost();
    int differing = 0;
    for (std::size_t row = 0; row < s.heads * rows; ++row) {
        RowRule rule;
        rule.self = firstQueryBlock(s) + static_cast<std::int64_t>(row % rows);
        rule.causal = s.causal;
        rule.threshold = params.threshold;
        const float* own = &gotMass[row * blocks];
        const std::size_t visible = s.causal ? static_cast<std::size_t>(rule.self) + 1 : blocks;
        const std::vector<char> want = keptBlocks(rule, std::vector<float>(own, own + visible));
        std::vector<char> keep(visible, 0);
        for (int i = 0; i < gotCounts[row]; ++i) keep.at(gotColumns[row * blocks + i]) = 1;
        if (keep != want) ++differing;
    }
    report(passed && differing == 0, nameOf(s, path, "select ties"),
           text("%d of %zu rows differ", differing, s.heads * rows));
}

// A whole selection and attention captured into a graph gives what the plain calls give.
void checkGraph(const CudaLibrary& library, CudaPath path) {
    const AttentionShape s = shapeOf(4, 2, 128, 1500, 1500);
    const GpuInputs inputs(s, Layout::kTokenMajor, 5, 0.3f);
    const AttentionInputs call = inputs.get();
    const SelectionParams params;
    const std::size_t rows = static_cast<std::size_t>(queryBlocks(s) * s.heads);
    const std::int64_t pitch = keyBlocks(s);
    DeviceArray<std::uint16_t> columns(rows * static_cast<std::size_t>(pitch));
    DeviceArray<std::int32_t> counts(rows);
    DeviceArray<std::uint16_t> out(static_cast<std::size_t>(s.heads * s.queries * s.headDim));
    DeviceArray<char> workspace(library.workspaceBytes(&s, &params, path));
    const CudaSelection selection{columns.get(), counts.get(), pitch, nullptr, nullptr};
    const BlockLists lists{columns.get(), counts.get(), pitch};
    const MutableHeadsView view{out.get(), s.headDim, std::int64_t{s.heads} * s.headDim};
    const auto run = [&](cudaStream_t stream) {
        return library.select(&call, &params, &selection, viewOf(workspace), path, stream).ok() &&
               library.prefill(&call, &lists, &view, viewOf(workspace), path, stream).ok();
    };
    cudaStream_t stream;
    require(cudaStreamCreate(&stream), "cudaStreamCreate");
    bool passed = run(stream);
    require(cudaStreamSynchronize(stream), "the plain calls");
    const std::vector<std::uint16_t> plain = out.toHost();
    out.fill(0xff);
    cudaGraph_t graph;
    cudaGraphExec_t executable;
    require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin capture");
    passed = run(stream) && passed;
    require(cudaStreamEndCapture(stream, &graph), "end capture");
    require(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    for (int i = 0; i < 2; ++i) require(cudaGraphLaunch(executable, stream), "cudaGraphLaunch");
    require(cudaStreamSynchronize(stream), "the graph");
    report(passed && out.toHost() == plain,
           path == CudaPath::kPortable ? "port graph" : "sm90 graph", "equal to the plain calls");
    cudaGraphExecDestroy(executable);
    cudaGraphDestroy(graph);
    cudaStreamDestroy(stream);
}

// Bad calls get a status, not a launch.
void checkRefusals(const CudaLibrary& library) {
    const AttentionShape good = shapeOf(2, 1, 128, 8, 8);
    const GpuInputs inputs(good, Layout::kCache, 1, 0);
    DeviceArray<std::uint16_t> out(2 * 8 * 128);
    DeviceArray<char> workspace(256);
    const MutableHeadsView view{out.get(), 8 * 128, 128};
    const auto refused = [&](auto change, StatusCode code) {
        AttentionInputs call = inputs.get();
        change(call);
        return library.prefill(&call, nullptr, &view, viewOf(workspace), CudaPath::kAuto, nullptr)
                   .code == code;
    };
    report(refused([](AttentionInputs& c) { c.shape.headDim = 80; }, StatusCode::kUnsupported) &&
               refused([](AttentionInputs& c) { c.shape.dtype = Dtype::kFloat32; },
                       StatusCode::kUnsupported) &&
               refused([](AttentionInputs& c) { c.shape.kvHeads = 3; },
                       StatusCode::kInvalidArgument) &&
               refused([](AttentionInputs& c) { c.shape.queries = 9; },
                       StatusCode::kInvalidArgument) &&
               refused([](AttentionInputs& c) { c.q.tokenStride = 132; },
                       StatusCode::kInvalidArgument) &&
               refused([](AttentionInputs& c) { c.shape.scale = 0; }, StatusCode::kInvalidArgument),
           "bad calls", "refused with a code");
}

void checkDecoding(const CudaLibrary& library, Extent extent) {
    struct Case {
        int heads, kvHeads;
        std::int64_t held;
    };

    // Ratios 1 to 8 and one past a product's 16 rows; lengths around a step of 64 keys and long.
    const Case cases[] = {{2, 2, 0},   {7, 1, 1},    {12, 2, 63},   {7, 1, 64},   {8, 1, 65},
                          {20, 1, 90}, {28, 4, 511}, {28, 4, 4097}, {6, 1, 33000}};
    const std::int64_t longest = extent == Extent::kFull    ? INT64_MAX
                                 : extent == Extent::kQuick ? 600
                                                            : 70;
    std::uint32_t seed = 700;
    for (const int dim : {128, 64})
        for (const Case& c : cases) {
            if (c.held > longest) continue;
            const DecodeFinding found =
                checkDecode(library, c.heads, c.kvHeads, dim, c.held, ++seed);
            report(found.passed(),
                   text("decode D%d heads %d/%d held %lld", dim, c.heads, c.kvHeads,
                        static_cast<long long>(c.held)),
                   text("max error %.2e (bf16 yardstick %.2e), strayed %d %s", found.error,
                        found.yardstick, found.strayed, found.status.message));
        }
}

void checkPath(const CudaLibrary& library, CudaPath path, Extent extent) {
    const bool full = extent == Extent::kFull, tiny = extent == Extent::kTiny;
    const std::int64_t longest = full ? INT64_MAX : tiny ? 129 : 300;
    const std::int64_t cached = full ? 33000 : tiny ? 300 : 700;
    const int ratios[] = {1, 6, 7, 8};
    std::uint32_t seed = 1;
    for (const int dim : {128, 64}) {
        int turn = 0;
        for (const std::int64_t n : {1, 127, 128, 129, 300, 2049}) {
            const int ratio = tiny ? 1 : ratios[turn++ % 4];
            if (n > longest || (tiny && n < 128)) continue;
            for (const bool sparse : {false, true})
                checkPrefill(library, path, shapeOf(2 * ratio, 2, dim, n, n), sparse,
                             sparse ? Layout::kCache : Layout::kTokenMajor, ++seed);
        }
        for (const std::int64_t q : {1, 2, 127, 129, 513}) {
            if (q > cached || (tiny && q > 2)) continue;
            checkPrefill(library, path, shapeOf(7, 1, dim, q, cached), q % 2 == 0 || q > 500,
                         Layout::kCache, ++seed);
        }
        checkPrefill(library, path, shapeOf(3, 3, dim, 200, 333, false), false, Layout::kCache,
                     ++seed);
        checkPrefill(library, path, shapeOf(3, 1, dim, 200, 333, false), true, Layout::kTokenMajor,
                     ++seed);
        if (full)
            for (const bool sparse : {false, true})
                checkPrefill(library, path, shapeOf(7, 1, dim, 46117, 46117), sparse,
                             Layout::kCache, ++seed);
        for (const int stride : {16, 8, 4}) {
            SelectionParams params;
            params.stride = stride;
            for (const std::int64_t n : {1, 127, 128, 129, 2049}) {
                if (n > longest || (tiny && n < 129)) continue;
                checkSelect(library, path, shapeOf(6, 1, dim, n, n), params, Layout::kTokenMajor,
                            ++seed, 0.4f);
            }
            for (const std::int64_t q : {1, 5, 130, 513}) {
                if (q > cached || (tiny && q != 5)) continue;
                checkSelect(library, path, shapeOf(7, 1, dim, q, cached), params, Layout::kCache,
                            ++seed, 0.4f);
            }
            if (!tiny)
                checkSelect(library, path, shapeOf(2, 2, dim, 900, 1300, false), params,
                            Layout::kCache, ++seed, 0.4f);
        }
        SelectionParams params;
        const std::vector<float> thresholds = {0, 0.5f, 0.95f, 1};
        params.thresholdPerHead = thresholds.data();
        params.denseFromPosition = 1200;
        params.sinkBlocks = 2;
        params.recentBlocks = 3;
        params.pattern = ScorePattern::kRandom;
        if (!tiny) {
            checkSelect(library, path, shapeOf(4, 2, dim, 1500, 1500), params, Layout::kTokenMajor,
                        ++seed, 0.5f);
            checkTies(library, path, shapeOf(2, 1, dim, 2000, 2000));
            checkTies(library, path, shapeOf(2, 1, dim, 900, 1300, false));
        }
        if (full)
            checkSelect(library, path, shapeOf(7, 1, dim, 46117, 46117), SelectionParams{},
                        Layout::kCache, ++seed, 0.4f);
    }
    checkGraph(library, path);
}

}  // namespace
}  // namespace reelquery::test

int main(int argc, char** argv) {
    using namespace reelquery;
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
        std::printf("skipped: no CUDA device here\n");
        return 77;
    }
    const auto library = test::openCudaLibrary(argc > 1 ? argv[1] : "libreelquery_cuda.so");
    if (!library.complete()) return 1;
    const std::string word = argc > 2 ? argv[2] : "";
    const test::Extent extent = word == "tiny"    ? test::Extent::kTiny
                                : word == "quick" ? test::Extent::kQuick
                                                  : test::Extent::kFull;
    int major = 0;
    test::require(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0),
                  "reading the compute capability");
    test::checkRefusals(library);
    test::checkDecoding(library, extent);
    test::checkRowSteps(library, extent == test::Extent::kTiny ? 5 : INT64_MAX, test::report);
    if (major == 9) test::checkPath(library, kernels::CudaPath::kHopper, extent);
    test::checkPath(library, kernels::CudaPath::kPortable, extent);
    std::printf("%d checks, %d failed\n", test::checks, test::failures);
    return test::failures ? 1 : 0;
}
