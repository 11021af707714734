// The C functions of the shared library reelquery_cpu, opened as a stranger opens it, against the
// double-precision reference.
#include <dlfcn.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "kernels/cpu/attention_cpu.h"
#include "kernels/reference/attention_reference.h"
#include "kernels/reference/score_reference.h"
#include "kernels/reference/selection_reference.h"
#include "problem.h"

namespace reelquery::kernels::test {

namespace {

struct Library {
    decltype(&reelqueryCpuLayout) layout = nullptr;
    decltype(&reelqueryCpuPrefill) prefill = nullptr;
    decltype(&reelqueryCpuSelect) select = nullptr;

    Library() {
        void* opened = dlopen(REELQUERY_CPU_LIBRARY, RTLD_NOW | RTLD_LOCAL);
        INFO((opened ? "" : dlerror()));
        REQUIRE(opened);
        layout = reinterpret_cast<decltype(layout)>(dlsym(opened, "reelqueryCpuLayout"));
        prefill = reinterpret_cast<decltype(prefill)>(dlsym(opened, "reelqueryCpuPrefill"));
        select = reinterpret_cast<decltype(select)>(dlsym(opened, "reelqueryCpuSelect"));
        REQUIRE((layout && prefill && select));
        // The C++ inside is nobody's business: it must not answer for another copy in a process.
        CHECK_FALSE(dlsym(opened, "_ZN9reelquery7kernels7bestCpuIsaEv"));
    }
};

// As cpu_attention_test.cpp: twice what plain loops in the same number type cost, or one rounding.
double interfaceTolerance(Problem& p, const BlockLists* lists,
                          const std::vector<double>& expected) {
    const double rounding = p.form().dtype == Dtype::kFloat32 ? 0x1p-24 : 0x1p-9;
    return 2 * relativeError(plainAttention(p, lists), expected) + rounding;
}

// Causal and not, odd lengths, queries in the middle of a block, groups of heads, odd dimensions.
const std::vector<Form> kForms = {
    {2, 1, 64, 1, 1, true, Dtype::kFloat32},     {7, 1, 64, 129, 129, true, Dtype::kBfloat16},
    {4, 2, 80, 131, 517, true, Dtype::kFloat32}, {6, 1, 128, 300, 301, false, Dtype::kBfloat16},
    {3, 3, 33, 200, 97, false, Dtype::kFloat32},
};

}  // namespace

TEST_CASE("the C functions attend as the reference does, dense and over lists") {
    const Library library;
    for (const Form& form : kForms) {
        Problem p(form, 11);
        const AttentionInputs inputs = p.inputs();
        INFO(form.text());
        Lists lists = randomLists(inputs.shape, 0.4, 12);
        const BlockLists view = lists.view();
        for (const BlockLists* chosen : {static_cast<const BlockLists*>(nullptr), &view}) {
            const std::vector<double> expected = chosen
                                                     ? reference::sparseAttention(inputs, *chosen)
                                                     : reference::denseAttention(inputs);
            Output out(form);
            const MutableHeadsView target = out.view();
            const Status status = library.prefill(&inputs, chosen, &target, 3);
            INFO(status.message);
            REQUIRE(status.ok());
            CHECK(relativeError(out.values(), expected) <= interfaceTolerance(p, chosen, expected));
        }
    }
}

TEST_CASE("the C functions choose blocks as the reference does, into rows of any pitch") {
    const Library library;
    for (const Form& form : kForms) {
        Problem p(form, 21);
        const AttentionInputs inputs = p.inputs();
        SelectionParams params;
        params.stride = 8;
        params.threshold = 0.7f;
        const auto mass = reference::scoreBlocks(inputs, params.stride);
        const auto expected = reference::selectBlocks(mass, inputs.shape, params);
        const std::int64_t rows = form.heads * mass.rows, blocks = mass.columns;
        const std::int64_t pitch = blocks + 2;
        std::vector<std::uint16_t> columns(static_cast<std::size_t>(rows * pitch), 0xffff);
        std::vector<std::int32_t> counts(static_cast<std::size_t>(rows), -1);
        std::vector<float> kept(static_cast<std::size_t>(rows), NAN);
        std::vector<float> masses(static_cast<std::size_t>(rows * blocks), NAN);
        const CpuSelection selection{columns.data(), counts.data(), pitch, kept.data(),
                                     masses.data()};
        const Status status = library.select(&inputs, &params, &selection, 2);
        INFO(form.text() << " " << status.message);
        REQUIRE(status.ok());
        for (std::int64_t row = 0; row < rows; ++row) {
            const double* exact = mass.values.data() + row * blocks;
            double total = 0, keptMass = 0;
            for (std::int64_t j = 0; j < blocks; ++j) total += exact[j];
            // 2e-6 of a row: what float32 arithmetic may move a mass by (cpu_selection_test.cpp).
            for (std::int64_t j = 0; j < blocks; ++j)
                CHECK(std::abs(masses[row * blocks + j] - exact[j]) <= 2e-6 * total);
            // These few rows hold no near ties, so the lists are the same.
            REQUIRE(counts[row] == expected.counts[row]);
            for (std::int64_t n = 0; n < pitch; ++n) {
                const std::uint16_t want =
                    n < counts[row] ? expected.columns[row * expected.pitch + n] : 0;
                CHECK(columns[row * pitch + n] == want);
                if (n < counts[row]) keptMass += exact[want];
            }
            CHECK(kept[row] == Approx(keptMass / total).margin(1e-5));
        }
    }
}

TEST_CASE("calls from several threads do not disturb each other") {
    const Library library;
    const Form form{4, 2, 64, 300, 300, true, Dtype::kFloat32};
    Problem p(form, 31);
    const AttentionInputs inputs = p.inputs();
    const std::vector<double> expected = reference::denseAttention(inputs);
    const double allowed = interfaceTolerance(p, nullptr, expected);
    std::vector<Output> outs(4, Output(form));
    std::vector<int> failed(outs.size(), 0);
    {
        std::vector<std::jthread> callers;
        for (std::size_t i = 0; i < outs.size(); ++i)
            callers.emplace_back([&, i] {
                const MutableHeadsView target = outs[i].view();
                failed[i] = !library.prefill(&inputs, nullptr, &target, 2).ok();
            });
    }
    for (std::size_t i = 0; i < outs.size(); ++i) {
        CHECK(failed[i] == 0);
        CHECK(relativeError(outs[i].values(), expected) <= allowed);
    }
}

TEST_CASE("what the C functions cannot serve gets a code and touches nothing") {
    const Library library;
    const Form form{2, 1, 64, 130, 130, true, Dtype::kFloat32};
    Problem p(form, 41);
    const auto prefill = [&](auto change, int threads = 1) {
        AttentionInputs inputs = p.inputs();
        Lists lists = randomLists(inputs.shape, 1, 1);
        BlockLists view = lists.view();
        change(inputs, view, lists);
        Output out(form);
        const MutableHeadsView target = out.view();
        const Status status = library.prefill(&inputs, &view, &target, threads);
        for (const double value : out.values()) REQUIRE(std::isnan(value));
        return status.code;
    };
    using Inputs = AttentionInputs&;
    CHECK(prefill([](Inputs i, BlockLists&, Lists&) { i.shape.queries = 131; }) ==
          StatusCode::kInvalidArgument);
    CHECK(prefill([](Inputs i, BlockLists&, Lists&) { i.shape.headDim = 513; }) ==
          StatusCode::kUnsupported);
    CHECK(prefill([](Inputs, BlockLists& b, Lists&) { b.pitch = 1; }) ==
          StatusCode::kInvalidArgument);
    CHECK(prefill([](Inputs, BlockLists&, Lists& l) { l.counts[1] = 3; }) ==
          StatusCode::kInvalidArgument);
    CHECK(prefill([](Inputs, BlockLists&, Lists& l) { l.counts[0] = -1; }) ==
          StatusCode::kInvalidArgument);
    CHECK(prefill([](Inputs, BlockLists&, Lists&) {}, 0) == StatusCode::kInvalidArgument);

    const AttentionInputs inputs = p.inputs();
    SelectionParams params;
    params.stride = 5;
    std::vector<std::uint16_t> columns(8);
    std::vector<std::int32_t> counts(4);
    CpuSelection selection{columns.data(), counts.data(), 2, nullptr, nullptr};
    CHECK(library.select(&inputs, &params, &selection, 1).code == StatusCode::kUnsupported);
    params.stride = 16;
    CHECK(library.select(&inputs, &params, &selection, 1).ok());
    selection.pitch = 1;
    CHECK(library.select(&inputs, &params, &selection, 1).code == StatusCode::kInvalidArgument);
}

}  // namespace reelquery::kernels::test
