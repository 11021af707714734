#pragma once
// Dense attention a few queries at a time with torch's operations, so that the softmax of a call
// never exists as a whole. Internal to core/attention. ratio: Hq / Hkv.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

#include "core/attention/attention_backend.h"
#include "kernels/attention_params.h"

namespace reelquery {

/// Some queries of the heads that share one key/value head, with the keys that they see. Float32.
class QuerySlice {
  public:
    /// headQ [ratio, Lq, D] of any type, headK and headV [Lk, D] float32: of key/value head
    /// `kvHead`. Queries [begin, end).
    QuerySlice(const kernels::AttentionShape& shape, const at::Tensor& headQ,
               const at::Tensor& headK, const at::Tensor& headV, std::int64_t kvHead,
               std::int64_t begin, std::int64_t end);

    /// [ratio, n, keys]; 0 for keys behind a query. Made anew at every call.
    at::Tensor softmax() const;

    /// [keys, D].
    const at::Tensor& v() const { return v_; }

    /// Keys that any of the queries sees.
    std::int64_t keys() const { return k_.size(0); }

    std::int64_t kvHead() const { return kvHead_; }

    /// The slice's part of a [Hq, Lq, D] tensor: a view, [ratio, n, D].
    at::Tensor rowsOf(const at::Tensor& heads) const;

  private:
    at::Tensor q_, k_, v_;
    std::int64_t kvHead_, begin_;
    float scale_;
    bool isCausal_;
};

/// How a call is cut.
class QuerySlices {
  public:
    /// bytesPerQuery: what the work on a slice holds for each of its queries beside softmax().
    /// A slice has as many queries as fit into sliceBytes, at least one.
    QuerySlices(const kernels::AttentionShape& shape, std::int64_t bytesPerQuery,
                std::int64_t sliceBytes);

    /// Memory held at once: a slice and, for bf16, a head's keys and values in float32.
    std::int64_t scratchBytes() const;

    /// Every slice, head by head. Polls call.stop before each.
    void forEach(const AttentionCall& call,
                 const std::function<void(const QuerySlice&)>& work) const;

  private:
    kernels::AttentionShape shape_;
    std::int64_t perQuery_;  // bytes
    std::int64_t queries_;   // of a slice
};

/// A [Lq, Hq*D] output as [Hq, Lq, D]: a view.
at::Tensor headsOf(const at::Tensor& output, const kernels::AttentionShape& shape);

}  // namespace reelquery
