#pragma once
// Attention of one new token on a GPU, written so that a captured graph serves every token: nothing
// that changes from token to token is an argument, all of it is device memory.

#include <cstdint>
#include <string>

namespace at {
class Tensor;
}

namespace reelquery {

/// One layer's new token, bf16, all on one card. Hq query heads, Hkv key/value heads, D 64 or 128.
struct TokenAttentionCall {
    const at::Tensor& q;       ///< [1, Hq*D] before the rotation
    const at::Tensor& k;       ///< [1, Hkv*D] before the rotation
    const at::Tensor& v;       ///< [1, Hkv*D]
    const at::Tensor& cos;     ///< [D/2] float32, of the token's angles
    const at::Tensor& sin;     ///< [D/2] float32
    const at::Tensor& keys;    ///< [Hkv, capacity, D], all of a layer's cache; written to
    const at::Tensor& values;  ///< [Hkv, capacity, D]; written to
    const at::Tensor& held;    ///< [1] int64, tokens in the cache
    float scale = 0;           ///< multiplies q.k
};

/// Why attendToken() cannot serve a run; empty where it can. Requires a usable card.
std::string whyNoTokenAttention(bool bfloat16, std::int64_t headDim);

/// Rotates q and k, puts k and v behind the held tokens and attends to all of them. Returns
/// [1, Hq*D]. Does not wait for the card. Errors: Error{kDevice}, {kMemory}.
at::Tensor attendToken(const TokenAttentionCall& call);

}  // namespace reelquery
