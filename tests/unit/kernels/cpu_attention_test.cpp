// Dense and block-sparse CPU attention against the double-precision reference.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "kernels/reference/attention_reference.h"
#include "problem.h"

namespace reelquery::kernels::test {

namespace {

// At most twice what plain loops in the same number type cost; exact results (a single key) are
// allowed one rounding.
double tolerance(Problem& p, const BlockLists* lists, const std::vector<double>& expected) {
    const double rounding = p.form().dtype == Dtype::kFloat32 ? 0x1p-24 : 0x1p-9;
    return 2 * relativeError(plainAttention(p, lists), expected) + rounding;
}

// Runs a problem on every instruction set, dense where lists is null.
void check(Machine& machine, Problem& p, const BlockLists* lists) {
    const AttentionInputs inputs = p.inputs();
    const std::vector<double> expected =
        lists ? reference::sparseAttention(inputs, *lists) : reference::denseAttention(inputs);
    const double allowed = tolerance(p, lists, expected);
    for (const CpuIsa isa : isas()) {
        Output out(p.form());
        const Status status = lists ? sparseAttention(inputs, *lists, out.view(), machine.run(isa))
                                    : denseAttention(inputs, out.view(), machine.run(isa));
        INFO(p.form().text() << " on " << cpuIsaName(isa) << ": " << status.message);
        REQUIRE(status.ok());
        CHECK(relativeError(out.values(), expected) <= allowed);
    }
}

void checkDense(Machine& machine, Problem& p) {
    check(machine, p, nullptr);
}

void checkSparse(Machine& machine, Problem& p, const Lists& lists) {
    const BlockLists view = lists.view();
    check(machine, p, &view);
}

}  // namespace

TEST_CASE("dense attention matches the reference at every awkward length") {
    const std::int64_t length = GENERATE(1, 127, 128, 129, 2047, 2048, 2049, 4100);
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    if (!isWithinOracle(length)) return;
    Machine machine;
    Form form{1, 1, 64, length, length, true, dtype};
    if (length <= 129) form.heads = 4;
    Problem p(form, 1);
    checkDense(machine, p);
}

TEST_CASE("dense attention matches the reference for every group size and head dimension") {
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    const int ratio = GENERATE(1, 4, 6, 7);
    const int dim = GENERATE(64, 128, 80, 20);
    Machine machine;
    Problem p({2 * ratio, 2, dim, 200, 200, true, dtype}, 2);
    checkDense(machine, p);
}

TEST_CASE("queries may start anywhere among the keys") {
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    const auto [queries, keys] = GENERATE(table<std::int64_t, std::int64_t>({{1, 2},
                                                                             {1, 4100},
                                                                             {5, 131},
                                                                             {130, 300},
                                                                             {200, 2049},
                                                                             {255, 256},
                                                                             {129, 1000},
                                                                             {17, 129}}));
    Machine machine;
    Problem p({7, 1, 64, queries, keys, true, dtype}, 3);
    checkDense(machine, p);
}

TEST_CASE("attention without causality sees every key") {
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    const std::int64_t keys = GENERATE(1, 100, 256, 333);
    const std::int64_t queries = GENERATE(1, 150, 260);
    Machine machine;
    Problem p({4, 2, 64, queries, keys, false, dtype}, 4);
    checkDense(machine, p);
}

TEST_CASE("one huge key and equal keys are no trouble") {
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    Machine machine;
    Problem huge({2, 1, 64, 300, 300, true, dtype}, 5);
    for (int d = 0; d < 64; ++d) huge.k(0, 140)[d] *= 50;
    checkDense(machine, huge);
    Problem equal({2, 1, 64, 300, 300, true, dtype}, 6);
    for (int t = 1; t < 300; ++t) std::copy_n(equal.k(0, 0), 64, equal.k(0, t));
    checkDense(machine, equal);
}

TEST_CASE("random block lists match the reference") {
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    const auto [queries, keys, causal] =
        GENERATE(table<std::int64_t, std::int64_t, bool>({{1, 1, true},
                                                          {127, 127, true},
                                                          {129, 129, true},
                                                          {1100, 1100, true},
                                                          {300, 1023, true},
                                                          {1, 700, true},
                                                          {2049, 2049, true},
                                                          {200, 500, false}}));
    if (!isWithinOracle(queries)) return;
    Machine machine;
    const bool big = keys > 2000;
    Problem p({big ? 1 : 6, 1, big ? 64 : 128, queries, keys, causal, dtype}, 7);
    checkSparse(machine, p, randomLists(p.inputs().shape, 0.3, 8));
}

TEST_CASE("lists of every block give exactly the dense result") {
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    Machine machine;
    Problem p({4, 2, 64, 700, 900, true, dtype}, 9);
    const AttentionInputs inputs = p.inputs();
    Output dense(p.form()), sparse(p.form());
    REQUIRE(denseAttention(inputs, dense.view(), machine.run()).ok());
    const Lists all = randomLists(inputs.shape, 1.0, 1);
    REQUIRE(sparseAttention(inputs, all.view(), sparse.view(), machine.run()).ok());
    CHECK(dense.values() == sparse.values());
}

TEST_CASE("rows with an empty list give zeros and the order of a list hardly matters") {
    Machine machine;
    Problem p({1, 1, 64, 512, 512, true}, 10);
    const AttentionInputs inputs = p.inputs();
    Lists lists = randomLists(inputs.shape, 0.8, 11);
    lists.counts[1] = 0;
    Output sorted(p.form()), reversed(p.form());
    REQUIRE(sparseAttention(inputs, lists.view(), sorted.view(), machine.run()).ok());
    for (int i = 128 * 64; i < 256 * 64; ++i) REQUIRE(sorted.values()[i] == 0.0);
    for (std::size_t r = 0; r < lists.counts.size(); ++r)
        std::reverse(lists.columns.begin() + r * 4,
                     lists.columns.begin() + r * 4 + lists.counts[r]);
    REQUIRE(sparseAttention(inputs, lists.view(), reversed.view(), machine.run()).ok());
    CHECK(relativeError(reversed.values(), sorted.values()) < 1e-6);
}

TEST_CASE("a row's result depends neither on the number of workers nor on earlier calls") {
    Problem p({6, 2, 64, 640, 640, true}, 12);
    Problem other({1, 1, 128, 1500, 1500, true}, 13);
    const AttentionInputs inputs = p.inputs();
    const Lists lists = randomLists(inputs.shape, 0.4, 14);
    ThreadWorkers one(1), four(4);
    Workspace fresh, used;
    Output a(p.form()), b(p.form()), ignored(other.form());
    REQUIRE(denseAttention(other.inputs(), ignored.view(), {four, used}).ok());
    REQUIRE(sparseAttention(inputs, lists.view(), a.view(), {one, fresh}).ok());
    REQUIRE(sparseAttention(inputs, lists.view(), b.view(), {four, used}).ok());
    CHECK(a.values() == b.values());
}

TEST_CASE("NaN and Inf among the inputs spoil only the rows that see them") {
    const float poison =
        GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    const char tensor = GENERATE('q', 'k', 'v');
    // The last one has so few queries that it takes the decoding path.
    const auto [queries, keys, at] = GENERATE(table<std::int64_t, std::int64_t, std::int64_t>(
        {{600, 600, 400}, {600, 600, 401}, {300, 600, 511}, {9, 600, 596}}));
    const std::int64_t offset = keys - queries;
    Machine machine;
    Problem p({1, 1, 64, queries, keys, true, dtype}, 15);
    (tensor == 'q' ? p.q(0, at - offset) : tensor == 'k' ? p.k(0, at) : p.v(0, at))[3] = poison;
    const AttentionInputs inputs = p.inputs();
    const auto clean = [&](std::vector<double> all) {
        all.resize(static_cast<std::size_t>((at - offset) * 64));
        return all;
    };
    const auto expected = clean(reference::denseAttention(inputs));
    const double allowed = 2 * relativeError(clean(plainAttention(p, nullptr)), expected);
    for (const CpuIsa isa : isas()) {
        INFO(p.form().text() << " on " << cpuIsaName(isa) << ", " << poison << " in " << tensor
                             << " at " << at);
        Output out(p.form());
        REQUIRE(denseAttention(inputs, out.view(), machine.run(isa)).ok());
        const auto values = out.values();
        CHECK(relativeError(clean(values), expected) <= allowed);
        for (std::int64_t row = at - offset; row < queries; ++row) {
            const bool sees = tensor != 'q' || row == at - offset;
            if (!sees || tensor == 'v' || std::isnan(poison))
                CHECK(std::isfinite(values[static_cast<std::size_t>(row * 64 + 3)]) != sees);
        }
    }
}

TEST_CASE("scratch memory stays below 64 MB at 32768 keys") {
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    const auto [heads, kvHeads, dim] = GENERATE(table<int, int, int>({{8, 2, 64}, {28, 4, 128}}));
    // Enough queries for the path of long prompts; how many more there are takes no scratch.
    Problem p({heads, kvHeads, dim, 130, 32768, true, dtype}, 18);
    const AttentionInputs inputs = p.inputs();
    constexpr std::size_t kLimit = std::size_t{64} << 20;
    for (const CpuIsa isa : {CpuIsa::kGeneric, bestCpuIsa()}) {
        INFO(p.form().text() << " on " << cpuIsaName(isa));
        Machine forAttention, forSelection;
        Output out(p.form());
        const Lists lists = randomLists(inputs.shape, 0.02, 19);
        REQUIRE(sparseAttention(inputs, lists.view(), out.view(), forAttention.run(isa)).ok());
        CHECK(forAttention.workspace.bytes() < kLimit);
        SelectionParams params;
        params.stride = 4;  // keeps the most partial sums
        BlockSelection blocks;
        REQUIRE(selectBlocks(inputs, params, forSelection.run(isa), blocks).ok());
        // The lists of a whole prompt are held beside it.
        const std::size_t wholeLists = std::size_t{2} * heads * 256 * 256;
        CHECK(forSelection.workspace.bytes() + wholeLists < kLimit);
    }
}

TEST_CASE("a requested stop ends the call as cancelled") {
    Machine machine;
    Problem p({1, 1, 64, 300, 300, true}, 16);
    std::stop_source source;
    source.request_stop();
    Output out(p.form());
    CpuRun run = machine.run();
    run.stop = source.get_token();
    CHECK(denseAttention(p.inputs(), out.view(), run).code == StatusCode::kCancelled);
}

TEST_CASE("contradictory calls are refused with a reason") {
    Machine machine;
    Problem p({2, 1, 64, 10, 10, true}, 17);
    Output out(p.form());
    const auto codeOf = [&](auto change) {
        AttentionInputs inputs = p.inputs();
        change(inputs);
        const Status status = denseAttention(inputs, out.view(), machine.run());
        CHECK(std::string(status.message).size() > 10);
        return status.code;
    };
    CHECK(codeOf([](AttentionInputs& i) { i.shape.kvHeads = 3; }) == StatusCode::kInvalidArgument);
    CHECK(codeOf([](AttentionInputs& i) { i.shape.queries = 11; }) == StatusCode::kInvalidArgument);
    CHECK(codeOf([](AttentionInputs& i) { i.shape.keys = 0; }) == StatusCode::kInvalidArgument);
    CHECK(codeOf([](AttentionInputs& i) { i.shape.scale = NAN; }) == StatusCode::kInvalidArgument);
    CHECK(codeOf([](AttentionInputs& i) { i.k.data = nullptr; }) == StatusCode::kInvalidArgument);
    CHECK(codeOf([](AttentionInputs& i) { i.shape.headDim = 1000; }) == StatusCode::kUnsupported);
    CHECK(sparseAttention(p.inputs(), {}, out.view(), machine.run()).code ==
          StatusCode::kInvalidArgument);
}

}  // namespace reelquery::kernels::test
