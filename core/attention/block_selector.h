#pragma once
// Which key blocks a sparse call attends to. A selector knows nothing of who decides between dense
// and sparse, and they nothing of it but this.

#include <cstdint>
#include <string>

#include "core/attention/attention_backend.h"
#include "core/attention/selected_blocks.h"

namespace reelquery {

/// Immutable but for its scratch memory: one call at a time.
class BlockSelector {
  public:
    virtual ~BlockSelector() = default;

    /// Chooses the blocks of every row (query head, query block). Rows that hold a query at or past
    /// `denseFromPosition` keep all that they see. Requires whyNot() to be empty. A stop request
    /// makes it return early with undefined contents. Errors: as AttentionBackend::attend.
    virtual SelectedBlocks select(const AttentionCall& call,
                                  std::int64_t denseFromPosition) const = 0;

    /// Blocks that a row keeps whatever is chosen: a call that sees no more leaves nothing out.
    virtual std::int64_t forcedBlocks(bool causal) const = 0;

    /// For reports and messages, its options included: "xattention S=16 tau=0.90".
    virtual std::string name() const = 0;

    /// Why it cannot serve inputs of this type and head dimension; empty where it can.
    virtual std::string whyNot(bool bfloat16, int headDim) const = 0;

    /// Two selectors with one key take the same time: "S16". Names measured costs in a file.
    virtual std::string costKey() const = 0;
};

}  // namespace reelquery
