#include "core/attention/check_backend.h"

#include <ATen/ATen.h>

namespace reelquery {

double relativeDifference(const at::Tensor& a, const at::Tensor& b) {
    const double difference = (a.to(at::kDouble) - b.to(at::kDouble)).norm().item<double>();
    if (difference == 0) return 0;
    return difference / b.to(at::kDouble).norm().item<double>();
}

CheckBackend::CheckBackend(std::unique_ptr<AttentionBackend> checked,
                           std::unique_ptr<AttentionBackend> reference)
    : checked_(std::move(checked)), reference_(std::move(reference)) {}

at::Tensor CheckBackend::attend(const AttentionCall& call, AttentionStats* stats) const {
    at::Tensor out = checked_->attend(call, stats);
    if (!stats) return out;
    const at::Tensor expected = reference_->attend(call, nullptr);
    if (call.stop.stop_requested()) return out;
    AttentionDifference difference;
    difference.layer = call.layer;
    difference.queries = call.q.size(1);
    difference.keys = call.k.size(1);
    difference.relativeError = relativeDifference(out, expected);
    difference.maxError =
        (out.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
    stats->differences.push_back(difference);
    return out;
}

std::string CheckBackend::name() const {
    return checked_->name() + ", checked against " + reference_->name();
}

}  // namespace reelquery
