#pragma once
// Makes attention backends from the run's options: explicit tables, no registration.

#include <memory>

#include "core/attention/attention_backend.h"
#include "core/attention/auto_rule.h"
#include "core/base/run_options.h"

namespace reelquery {

/// What the model and the device are, as far as attention needs it.
struct AttentionTarget {
    int layers = 0;
    int heads = 0;                         ///< Hq
    DeviceKind device = DeviceKind::kCpu;  ///< kCpu or kCuda, already decided
    int headDim = 128;                     ///< D
    bool bfloat16 = false;                 ///< number type of the run, float32 otherwise
};

/// The backend that `options` asks for; `rule` matters for kAuto only.
/// Errors: Error{kUsage} for options out of range or a threshold file that cannot be used;
/// {kDevice} where the device cannot compute sparsely and kSparse asks for it.
std::unique_ptr<AttentionBackend> makeAttentionBackend(const AttentionOptions& options,
                                                       const AttentionTarget& target,
                                                       const AutoRule& rule = {});

/// For measurements: chooses blocks as `options` say, which costs what it costs, then attends to
/// random ones of this causal density instead (see selectors/forced_density.h). Errors: the same.
std::unique_ptr<AttentionBackend> makeForcedDensityBackend(const AttentionOptions& options,
                                                           const AttentionTarget& target,
                                                           double density);

/// Whether dense attention is torch's there (sdpa.h), whose memory a plan has to count.
bool attendsWithTorch(const AttentionTarget& target);

/// The costs by which kAuto decides are kept under this; see BlockSelector::costKey. Errors:
/// Error{kUsage} as makeAttentionBackend.
std::string costKey(const SelectorOptions& options, const AttentionTarget& target);

/// Times dense attention, the selector that `options` name and sparse attention; see
/// measureAttentionCosts() of measure_costs.h. Errors: Error{kUsage} as makeAttentionBackend.
AttentionCosts measureAttentionCosts(const SelectorOptions& options, const AttentionTarget& target,
                                     const CostShape& shape, std::stop_token stop);

}  // namespace reelquery
