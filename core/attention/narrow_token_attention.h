#pragma once
// Keys and values of 8 bits, and attention of one answer token over them on the processor (on a
// card: token_attention.h).

#include <ATen/core/Tensor.h>

namespace reelquery {

/// Values of 8 bits with a scale for each token and head.
struct NarrowRows {
    at::Tensor values;  ///< int8 [Hkv, n, D], the last two sides contiguous
    at::Tensor scales;  ///< float32 [Hkv, n], the last side contiguous
};

/// rows [Hkv, n, D] of any float type rounded to 8 bits: the largest of a token and head becomes
/// 127.
NarrowRows narrowRows(const at::Tensor& rows);

/// Back to `type`: [Hkv, n, D].
at::Tensor widened(const NarrowRows& rows, at::ScalarType type);

/// q [Hq, 1, D]; every key is seen. Returns [1, Hq*D] of q's type. D at most 512.
at::Tensor attendNarrowToken(const at::Tensor& q, const NarrowRows& keys, const NarrowRows& values,
                             float scale);

}  // namespace reelquery
