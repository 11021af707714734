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
};

/// When AttentionKind::kAuto computes a call sparsely: below the crossover of this machine choosing
/// blocks costs more than it saves.
struct AutoRule {
    std::int64_t sparseFromKeys = 8192;  ///< Lk from which a prefill call goes sparse

    bool wantsSparse(std::int64_t keys) const { return keys >= sparseFromKeys; }
};

/// The backend that `options` asks for; `rule` matters for kAuto only.
/// Errors: Error{kUsage} for options out of range or a threshold file that cannot be used.
std::unique_ptr<AttentionBackend> makeAttentionBackend(const AttentionOptions& options,
                                                       const AttentionTarget& target,
                                                       const AutoRule& rule = {});

/// A backend that runs `checked`, then `reference` on the same input, returns the result of
/// `checked` and appends the difference to the stats.
std::unique_ptr<AttentionBackend> makeCheckBackend(std::unique_ptr<AttentionBackend> checked,
                                                   std::unique_ptr<AttentionBackend> reference);

}  // namespace reelquery
