#include "kernels/cpu/attention_cpu.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <new>

#include "kernels/cpu/call_checks.h"
#include "kernels/cpu/cpu_attention.h"
#include "kernels/cpu/thread_workers.h"

namespace reelquery::kernels {

namespace {

// Runs a call with workers of its own. What a C caller could not catch becomes a status: threads
// that the system does not give, memory.
template <class Call>
Status withWorkers(int threads, const Call& call) {
    if (threads < 1) return {StatusCode::kInvalidArgument, "threads must be at least 1"};
    try {
        ThreadWorkers workers(threads);
        Workspace workspace;
        return call(CpuRun{workers, workspace});
    } catch (const std::bad_alloc&) {
        return {StatusCode::kOutOfMemory, "not enough memory for the attention workspace"};
    } catch (const std::exception&) {
        return {StatusCode::kOutOfMemory, "the system gives no more threads"};
    }
}

// The lists of a stranger: what is outside them must not be read. Columns past the last block are
// passed over by the kernels.
Status checkLists(const AttentionShape& shape, const BlockLists& lists) {
    if (!lists.columns || !lists.counts || lists.pitch < keyBlocks(shape))
        return {StatusCode::kInvalidArgument, "block lists need columns, counts and a pitch >= NK"};
    const std::int64_t rows = shape.heads * queryBlocks(shape);
    const bool fits = std::all_of(lists.counts, lists.counts + rows, [&](std::int32_t count) {
        return count >= 0 && count <= lists.pitch;
    });
    if (!fits) return {StatusCode::kInvalidArgument, "a block list's count lies outside its row"};
    return {};
}

template <class Value>
void copyTo(const std::vector<Value>& from, Value* to) {
    if (to) std::copy(from.begin(), from.end(), to);
}

}  // namespace

void reelqueryCpuLayout(CpuLayout* layout) {
    layout->shape = sizeof(AttentionShape);
    layout->shapeDtype = offsetof(AttentionShape, dtype);
    layout->inputs = sizeof(AttentionInputs);
    layout->inputsV = offsetof(AttentionInputs, v);
    layout->lists = sizeof(BlockLists);
    layout->params = sizeof(SelectionParams);
    layout->paramsDenseFrom = offsetof(SelectionParams, denseFromPosition);
    layout->selection = sizeof(CpuSelection);
    layout->selectionMass = offsetof(CpuSelection, mass);
    layout->output = sizeof(MutableHeadsView);
    layout->status = sizeof(Status);
    layout->blockSize = kBlockSize;
}

Status reelqueryCpuPrefill(const AttentionInputs* inputs, const BlockLists* lists,
                           const MutableHeadsView* out, int threads) {
    Status status = checkInputs(*inputs);
    if (status.ok() && lists) status = checkLists(inputs->shape, *lists);
    if (!status.ok()) return status;
    return withWorkers(threads, [&](const CpuRun& run) {
        return lists ? sparseAttention(*inputs, *lists, *out, run)
                     : denseAttention(*inputs, *out, run);
    });
}

Status reelqueryCpuSelect(const AttentionInputs* inputs, const SelectionParams* params,
                          const CpuSelection* selection, int threads) {
    if (const Status status = checkInputs(*inputs); !status.ok()) return status;
    if (!selection->columns || !selection->counts || selection->pitch < keyBlocks(inputs->shape))
        return {StatusCode::kInvalidArgument, "block lists need columns, counts and a pitch >= NK"};
    return withWorkers(threads, [&](const CpuRun& run) {
        BlockSelection chosen;
        std::vector<float> masses;
        const Status status =
            selectBlocks(*inputs, *params, run, chosen, selection->mass ? &masses : nullptr);
        if (!status.ok()) return status;
        for (std::size_t row = 0; row < chosen.counts.size(); ++row) {
            const auto from =
                chosen.columns.begin() + static_cast<std::ptrdiff_t>(row) * chosen.pitch;
            std::uint16_t* to =
                selection->columns + static_cast<std::ptrdiff_t>(row) * selection->pitch;
            std::copy(from, from + chosen.pitch, to);
            std::fill(to + chosen.pitch, to + selection->pitch, std::uint16_t{0});
        }
        copyTo(chosen.counts, selection->counts);
        copyTo(chosen.keptShare, selection->keptShare);
        copyTo(masses, selection->mass);
        return status;
    });
}

}  // namespace reelquery::kernels
