#include "core/attention/cuda_kernels.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/DeviceGuard.h>

#include <utility>

#include "core/attention/sdpa.h"
#include "core/attention/torch_bridge.h"
#include "core/base/error.h"
#include "core/device/cuda_stream.h"

namespace reelquery {

namespace {

bool isBfloat16(const AttentionCall& call) {
    return call.q.scalar_type() == at::kBFloat16;
}

int headDimOf(const AttentionCall& call) {
    return static_cast<int>(call.q.size(2));
}

kernels::CudaWorkspace viewOf(const at::Tensor& scratch) {
    return {scratch.mutable_data_ptr(), static_cast<std::size_t>(scratch.numel())};
}

}  // namespace

CudaKernels::CudaKernels(const CudaKernelTable& table, std::string problem)
    : table_(table), problem_(std::move(problem)) {
    ENSURE(table_.isComplete() || !problem_.empty(), "absent kernels have a reason");
}

std::string CudaKernels::whyNotSparse(bool bfloat16, int headDim) const {
    if (!problem_.empty()) return problem_;
    if (!bfloat16) return "the GPU kernels compute in bf16 and this run in float32";
    if (headDim != 64 && headDim != 128)
        return "the GPU kernels serve head dimensions 64 and 128, not " + std::to_string(headDim);
    return "";
}

at::Tensor CudaKernels::dense(const AttentionCall& call) const {
    if (!whyNotSparse(isBfloat16(call), headDimOf(call)).empty()) return sdpaAttention(call);
    return prefill(call, nullptr);
}

at::Tensor CudaKernels::prefill(const AttentionCall& call, const kernels::BlockLists* lists) const {
    const c10::DeviceGuard guard(call.q.device());
    const kernels::AttentionInputs inputs = attentionInputs(call);
    at::Tensor out = emptyOutput(call);
    const kernels::MutableHeadsView view = outputView(out, call);
    const at::Tensor scratch = cudaScratch(
        table_.workspaceBytes(&inputs.shape, nullptr, kernels::CudaPath::kAuto), call.q.device());
    throwIfFailed(table_.prefill(&inputs, lists, &view, viewOf(scratch), kernels::CudaPath::kAuto,
                                 currentCudaStream(call.q.device())));
    return out;
}

SelectedBlocks CudaKernels::select(const AttentionCall& call,
                                   const kernels::SelectionParams& params) const {
    if (const std::string why = whyNotSparse(isBfloat16(call), headDimOf(call)); !why.empty())
        throw Error(ErrorCode::kDevice, "no sparse attention here: " + why,
                    "use --attention dense or --device cpu");
    const c10::DeviceGuard guard(call.q.device());
    const kernels::AttentionInputs inputs = attentionInputs(call);
    const std::int64_t heads = inputs.shape.heads, rows = kernels::queryBlocks(inputs.shape);
    const std::int64_t pitch = kernels::keyBlocks(inputs.shape);
    const auto options = at::TensorOptions().device(call.q.device());
    SelectedBlocks blocks;
    blocks.columns = at::empty({heads, rows, pitch}, options.dtype(at::kShort));
    blocks.counts = at::empty({heads, rows}, options.dtype(at::kInt));
    blocks.keptShare = at::empty({heads, rows}, options.dtype(at::kFloat));
    const kernels::CudaSelection selection{
        static_cast<std::uint16_t*>(blocks.columns.mutable_data_ptr()),
        blocks.counts.mutable_data_ptr<std::int32_t>(), pitch,
        blocks.keptShare.mutable_data_ptr<float>(), nullptr};
    const at::Tensor scratch = cudaScratch(
        table_.workspaceBytes(&inputs.shape, &params, kernels::CudaPath::kAuto), call.q.device());
    throwIfFailed(table_.select(&inputs, &params, &selection, viewOf(scratch),
                                kernels::CudaPath::kAuto, currentCudaStream(call.q.device())));
    return blocks;
}

at::Tensor CudaKernels::sparse(const AttentionCall& call, const SelectedBlocks& blocks) const {
    const kernels::BlockLists lists{
        static_cast<const std::uint16_t*>(blocks.columns.const_data_ptr()),
        blocks.counts.const_data_ptr<std::int32_t>(), blocks.columns.size(2)};
    return prefill(call, &lists);
}

WorkMark CudaKernels::mark(const at::Device& device) const {
    ENSURE(device.is_cuda() && device.has_index(), "work on cards is marked card by card");
    // BACKEND_DEFAULT is the kind of event that can be timed.
    auto event = std::make_shared<c10::Event>(at::kCUDA, c10::EventFlag::BACKEND_DEFAULT);
    event->record(at::accelerator::getCurrentStream(device.index()));
    return {std::chrono::steady_clock::now(), std::move(event)};
}

}  // namespace reelquery
