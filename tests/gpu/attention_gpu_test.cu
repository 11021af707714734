// Correctness of the CUDA library on a device, against double-precision oracles.
// Usage: attention_gpu_test LIBRARY [quick | tiny] [portable]: quick leaves out the long cases,
// tiny keeps what compute-sanitizer's racecheck gets through, portable leaves out Hopper's kernels
// (so that CUDA_FORCE_PTX_JIT=1 can show what a card without an image of its own would run). Exit:
// 0 passed, 1 failed, 77 no device here.

#include <cstring>
#include <random>
#include <string>

#include "kernels/block_layout.h"
#include "tests/gpu/cuda_library.h"
#include "tests/gpu/decode_check.cuh"
#include "tests/gpu/device_memory.h"
#include "tests/gpu/gpu_inputs.cuh"
#include "tests/gpu/gpu_oracle.cuh"
#include "tests/gpu/prefill_check.cuh"
#include "tests/gpu/row_steps_check.cuh"
#include "tests/gpu/selection_rule.h"
#include "tests/gpu/spoiled_check.cuh"

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

CudaWorkspace viewOf(const DeviceArray<char>& bytes) {
    return {bytes.get(), bytes.size()};
}

void checkPrefill(const CudaLibrary& library, CudaPath path, const AttentionShape& s, bool sparse,
                  Layout layout, std::uint32_t seed) {
    const PrefillFinding found = comparePrefill(library, path, s, sparse, layout, seed);
    report(found.passed(), nameOf(s, path, sparse ? "sparse" : "dense"), found.figures());
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

std::string nameOf(const DecodeCase& c) {
    return text("decode D%d heads %d/%d held %lld%s%s", c.dim, c.heads, c.kvHeads,
                static_cast<long long>(c.held), c.full ? " of a full cache" : "",
                c.spoiled ? " with NaN and Inf" : "");
}

void reportDecode(const DecodeCase& c, const DecodeFinding& found) {
    report(found.passed(), nameOf(c),
           text("max error %.2e (bf16 yardstick %.2e), wrong heads %d, strayed %d %s", found.error,
                found.yardstick, found.wrongRows, found.strayed, found.status.message));
}

// The room of a cache changes no bit. Capacities are such that a rule which cuts the capacity into
// parts (of 64 keys, at most 198 for 2B and 99 for 7B on 132 processors) cuts them differently.
void checkCapacities(const CudaLibrary& library, Extent extent) {
    struct Case {
        int heads, kvHeads;
        std::int64_t held, capacities[3];
    };

    const Case cases[] = {
        {12, 2, 500, {501, 560, 1700}},       {28, 4, 500, {501, 560, 1700}},
        {12, 2, 8500, {8501, 8550, 8612}},    {28, 4, 8500, {8501, 8550, 8612}},
        {28, 4, 6000, {6050, 6112, 8192}},    {12, 2, 12600, {12601, 12660, 16384}},
        {28, 4, 70000, {70001, 70100, 90000}}};
    for (const int dim : {128, 64})
        for (const Case& c : cases) {
            if (extent == Extent::kQuick && c.held > 600) continue;
            std::vector<std::uint16_t> first, next;
            bool same = true, passed = true;
            for (const std::int64_t capacity : c.capacities) {
                DecodeCase token{c.heads, c.kvHeads, dim, c.held};
                token.spare = capacity - c.held;
                passed = checkDecode(library, token, 900, &next).passed() && passed;
                if (first.empty()) first = next;
                same = same && first == next;
            }
            report(passed && same,
                   text("decode D%d heads %d/%d held %lld in caches of %lld, %lld and %lld", dim,
                        c.heads, c.kvHeads, static_cast<long long>(c.held),
                        static_cast<long long>(c.capacities[0]),
                        static_cast<long long>(c.capacities[1]),
                        static_cast<long long>(c.capacities[2])),
                   same ? "the same bits" : "DIFFERENT BITS");
        }
}

// Few rows over many keys: split-KV with packed GQA. Rows around a tile of packed rows for every
// group of heads, keys around a block's edge, odd and even.
void checkShortPrefill(const CudaLibrary& library, CudaPath path, Extent extent) {
    struct Case {
        int heads, kvHeads;
        std::int64_t queries, keys;
        bool causal;
    };

    const Case cases[] = {
        {7, 1, 1, 2048, true},     {7, 1, 30, 2049, true},    {12, 2, 21, 2050, true},
        {6, 2, 43, 2175, true},    {28, 4, 18, 2176, true},   {28, 4, 19, 2177, true},
        {2, 2, 128, 2200, true},   {8, 1, 17, 2305, true},    {20, 1, 7, 2333, true},
        {128, 1, 2, 2100, true},   {7, 1, 100, 3001, false},  {3, 3, 128, 2048, false},
        {28, 4, 30, 33001, true},  {12, 2, 127, 33023, true}, {28, 4, 128, 32769, true},
        {12, 2, 2, 65537, true},   {12, 2, 30, 131071, true}, {28, 4, 30, 131101, true},
        {28, 4, 64, 262145, true}, {2, 2, 200, 2300, true},   {28, 4, 256, 33003, true},
    };
    const std::int64_t longest = extent == Extent::kFull ? INT64_MAX : 2333;
    std::uint32_t seed = 1500;
    for (const int dim : {128, 64})
        for (const Case& c : cases) {
            if (c.keys > longest || (extent == Extent::kTiny && c.queries > 7)) continue;
            checkPrefill(library, path,
                         shapeOf(c.heads, c.kvHeads, dim, c.queries, c.keys, c.causal), false,
                         c.queries % 2 ? Layout::kTokenMajor : Layout::kCache, ++seed);
        }
    if (extent == Extent::kTiny) return;
    for (const AttentionShape& s : {shapeOf(12, 2, 128, 30, 2500), shapeOf(28, 4, 128, 30, 8530)}) {
        report(sameForEveryCapacity(library, path, s, ++seed), nameOf(s, path, "dense"),
               "the same bits for every capacity");
    }
}

// NaN and Inf among keys and values, dense, sparse and short.
void checkSpoiledInputs(const CudaLibrary& library, CudaPath path, Extent extent) {
    std::uint32_t seed = 2500;
    for (const int dim : {128, 64})
        for (const bool inKeys : {false, true}) {
            const auto check = [&](const AttentionShape& s, bool sparse) {
                const SpoiledFinding found = checkSpoiled(library, path, s, sparse, inKeys, ++seed);
                report(
                    found.passed(),
                    nameOf(s, path, sparse ? "sparse with NaN and Inf" : "dense with NaN and Inf"),
                    text("%d clean rows, %d reached, ", found.clean, found.reached) +
                        found.prefill.figures());
            };
            check(shapeOf(2, 1, dim, 100, 100), false);
            if (extent == Extent::kTiny) continue;
            for (const bool sparse : {false, true}) {
                check(shapeOf(4, 2, dim, 300, 300), sparse);
                check(shapeOf(4, 2, dim, 200, 1000), sparse);
            }
            check(shapeOf(14, 2, dim, 30, 3001), false);  // short: one block on the edge
            check(shapeOf(14, 2, dim, 30, 2949), false);  // and two
        }
}

// The product's own calls: a chunk of 4096 queries at the end of a long prompt.
void checkLongPrompts(const CudaLibrary& library, CudaPath path) {
    std::uint32_t seed = 3500;
    for (const std::int64_t keys : {32768, 131072, 262144}) {
        for (const bool sparse : {false, true})
            checkPrefill(library, path, shapeOf(28, 4, 128, 4096, keys), sparse, Layout::kCache,
                         ++seed);
        checkPrefill(library, path, shapeOf(12, 2, 64, 4096, keys), false, Layout::kCache, ++seed);
        checkSelect(library, path, shapeOf(7, 1, 128, 4096, keys), SelectionParams{},
                    Layout::kCache, ++seed, 0.4f);
        const AttentionShape s = shapeOf(7, 1, 128, 4096, keys);
        const MissingFinding found = checkMissingBlock(library, path, s, ++seed);
        report(found.passed(), nameOf(s, path, "one block of keys left out on purpose"),
               text("%d of %d damaged rows caught, %d of %d sound ones accused", found.caught,
                    found.damaged, found.accused, found.sound));
    }
    SelectionParams fine;
    fine.stride = 8;
    checkSelect(library, path, shapeOf(7, 1, 64, 4096, 131072), fine, Layout::kCache, ++seed, 0.4f);
}

// What the library says about the card it runs on, and about one that is not there.
void checkProbe(const CudaLibrary& library, bool portableOnly) {
    const Status here = library.probe(0, portableOnly ? CudaPath::kPortable : CudaPath::kAuto);
    const Status nowhere = library.probe(1000, CudaPath::kAuto);
    cudaDeviceProp properties;
    require(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
    const bool isServed = library.images(properties.major, properties.minor) != CudaImages::kNone &&
                          library.images(7, 5) == CudaImages::kNone &&
                          library.images(99, 0) == CudaImages::kPtx;
    report(here.ok() && nowhere.code == StatusCode::kDevice && isServed, "probe",
           text("this card: %s, none: %s", here.ok() ? "served" : here.message, nowhere.message));
    require(cudaSetDevice(0), "cudaSetDevice");
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
            DecodeCase token{c.heads, c.kvHeads, dim, c.held};
            reportDecode(token, checkDecode(library, token, ++seed));
            if (c.held < 63) continue;
            token.full = true;
            reportDecode(token, checkDecode(library, token, ++seed));
            token.full = false;
            token.spoiled = true;
            reportDecode(token, checkDecode(library, token, ++seed));
        }
    if (extent == Extent::kTiny) return;
    checkCapacities(library, extent);
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
    checkShortPrefill(library, path, extent);
    checkSpoiledInputs(library, path, extent);
    if (full) checkLongPrompts(library, path);
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
    test::Extent extent = test::Extent::kFull;
    bool portableOnly = false;
    for (int i = 2; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "tiny") extent = test::Extent::kTiny;
        if (word == "quick") extent = test::Extent::kQuick;
        if (word == "portable") portableOnly = true;
    }
    int major = 0;
    test::require(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0),
                  "reading the compute capability");
    test::checkProbe(library, portableOnly);
    test::checkRefusals(library);
    test::checkDecoding(library, extent);
    test::checkRowSteps(library, extent == test::Extent::kTiny ? 5 : INT64_MAX, test::report);
    if (major == 9 && !portableOnly) test::checkPath(library, kernels::CudaPath::kHopper, extent);
    test::checkPath(library, kernels::CudaPath::kPortable, extent);
    std::printf("%d checks, %d failed\n", test::checks, test::failures);
    return test::failures ? 1 : 0;
}
