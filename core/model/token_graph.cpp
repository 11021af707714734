#include "core/model/token_graph.h"

#include <utility>

#include "core/device/card_wait.h"

namespace reelquery {

TokenGraph::TokenGraph(int card, std::int64_t vocabulary, at::Tensor row, Step step,
                       bool isCaptured)
    : step_(std::move(step)), row_(std::move(row)), card_(card), mode_("kernel by kernel") {
    const auto onCard = at::TensorOptions().device(at::kCUDA, static_cast<at::DeviceIndex>(card));
    const auto pinned = at::TensorOptions().pinned_memory(true);
    hostState_ = at::zeros({3}, pinned.dtype(at::kLong));
    state_ = at::zeros({3}, onCard.dtype(at::kLong));
    logits_ = at::zeros({vocabulary}, onCard.dtype(at::kFloat));
    hostLogits_ = at::empty({vocabulary}, pinned.dtype(at::kFloat));
    if (row_.defined()) hostRow_ = at::empty(row_.sizes(), pinned.dtype(row_.scalar_type()));
    if (!isCaptured) return;
    std::string problem;
    // Warming up must leave the cache alone: behind more tokens than it holds nothing is written.
    state_.select(0, 2).fill_(INT64_MAX - 1);
    try {
        graph_ = recordGraph(
            card, [this] { launch(); }, problem);
    } catch (const c10::OutOfMemoryError&) {
        throw;
    } catch (const c10::Error& refused) {  // slower without, but right
        problem = std::string("recording failed: ") + refused.what_without_backtrace();
    }
    mode_ = graph_ ? "CUDA graph" : mode_ + " (" + problem + ")";
}

void TokenGraph::launch() {
    logits_.copy_(
        step_({state_.narrow(0, 0, 1), row_, state_.narrow(0, 1, 1), state_.narrow(0, 2, 1)}));
}

at::Tensor TokenGraph::run(std::int64_t id, std::int64_t position, std::int64_t held,
                           const at::Tensor& embedded) {
    auto* state = hostState_.mutable_data_ptr<std::int64_t>();
    state[0] = id;
    state[1] = position;
    state[2] = held;
    state_.copy_(hostState_, true);
    if (row_.defined()) {
        hostRow_.copy_(embedded);
        row_.copy_(hostRow_, true);
    }
    if (graph_) {
        graph_->replay();
    } else {
        launch();
    }
    hostLogits_.copy_(logits_, true);
    cudaFinish(card_);
    return hostLogits_.clone();  // the next token overwrites it
}

}  // namespace reelquery
