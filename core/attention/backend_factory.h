#pragma once
// Makes attention backends from the run's options: one explicit table, no registration.

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
/// Errors: Error{kUsage} for options out of range or a threshold file that cannot be used.
std::unique_ptr<AttentionBackend> makeAttentionBackend(const AttentionOptions& options,
                                                       const AttentionTarget& target,
                                                       const AutoRule& rule = {});

/// For measurements: chooses blocks as `options` say, which costs what it costs, then attends to
/// random ones of this causal density instead (see forced_density.h). Errors: the same.
std::unique_ptr<AttentionBackend> makeForcedDensityBackend(const AttentionOptions& options,
                                                           const AttentionTarget& target,
                                                           double density);

}  // namespace reelquery
