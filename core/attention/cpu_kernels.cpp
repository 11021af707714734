#include "core/attention/cpu_kernels.h"

#include "core/attention/torch_bridge.h"
#include "core/device/torch_workers.h"

namespace reelquery {

namespace {

kernels::CpuRun runOn(kernels::Workers& workers, kernels::Workspace& workspace,
                      const AttentionCall& call) {
    return {workers, workspace, kernels::bestCpuIsa(), call.stop};
}

}  // namespace

at::Tensor CpuKernels::dense(const AttentionCall& call) const {
    const kernels::AttentionInputs inputs = attentionInputs(call);
    TorchWorkers workers;
    at::Tensor out = emptyOutput(call);
    throwIfFailed(
        kernels::denseAttention(inputs, outputView(out, call), runOn(workers, workspace_, call)));
    return out;
}

SelectedBlocks CpuKernels::select(const AttentionCall& call,
                                  const kernels::SelectionParams& params) const {
    const kernels::AttentionInputs inputs = attentionInputs(call);
    TorchWorkers workers;
    const auto owner = std::make_shared<kernels::BlockSelection>();  // lives as long as the tensors
    throwIfFailed(kernels::selectBlocks(inputs, params, runOn(workers, workspace_, call), *owner));
    const auto tensor = [&](auto& values, at::IntArrayRef sizes, at::ScalarType type) {
        return at::from_blob(
            values.data(), sizes, [owner](void*) {}, at::TensorOptions().dtype(type));
    };
    const std::int64_t heads = inputs.shape.heads;
    SelectedBlocks blocks;
    blocks.columns = tensor(owner->columns, {heads, owner->rows, owner->pitch}, at::kShort);
    blocks.counts = tensor(owner->counts, {heads, owner->rows}, at::kInt);
    blocks.keptShare = tensor(owner->keptShare, {heads, owner->rows}, at::kFloat);
    blocks.selectMs = owner->selectMs;
    return blocks;
}

at::Tensor CpuKernels::sparse(const AttentionCall& call, const SelectedBlocks& blocks) const {
    const kernels::AttentionInputs inputs = attentionInputs(call);
    TorchWorkers workers;
    at::Tensor out = emptyOutput(call);
    const kernels::BlockLists lists{
        static_cast<const std::uint16_t*>(blocks.columns.const_data_ptr()),
        blocks.counts.const_data_ptr<std::int32_t>(), blocks.columns.size(2)};
    throwIfFailed(kernels::sparseAttention(inputs, lists, outputView(out, call),
                                           runOn(workers, workspace_, call)));
    return out;
}

}  // namespace reelquery
