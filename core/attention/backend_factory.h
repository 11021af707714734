#pragma once
// Makes attention backends from the run's options: one explicit table, no registration.

#include <memory>

#include "core/attention/attention_backend.h"
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

/// When AttentionKind::kAuto computes a call sparsely: below the crossover of this machine choosing
/// blocks costs more than it saves.
struct AutoRule {
    std::int64_t sparseFromKeys = 8192;  ///< Lk from which a prefill call goes sparse

    bool wantsSparse(std::int64_t keys) const { return keys >= sparseFromKeys; }
};

/// The backend that `options` asks for; `rule` matters for kAuto only. On a GPU whose kernels do
/// not serve the number type or head dimension, kAuto is dense and its name says why. Errors:
/// Error{kUsage} for options out of range or a threshold file that cannot be used; Error{kDevice}
/// for kXAttention where the device has no kernels for it.
std::unique_ptr<AttentionBackend> makeAttentionBackend(const AttentionOptions& options,
                                                       const AttentionTarget& target,
                                                       const AutoRule& rule = {});

/// For measurements: chooses blocks as `options` say, which costs what it costs, then attends to
/// random ones of this causal density instead (see forced_density.h). Errors: the same.
std::unique_ptr<AttentionBackend> makeForcedDensityBackend(const AttentionOptions& options,
                                                           const AttentionTarget& target,
                                                           double density);

/// A backend that runs `checked`, then `reference` on the same input, returns the result of
/// `checked` and appends the difference to the stats.
std::unique_ptr<AttentionBackend> makeCheckBackend(std::unique_ptr<AttentionBackend> checked,
                                                   std::unique_ptr<AttentionBackend> reference);

}  // namespace reelquery
