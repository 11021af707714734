#include "core/model/step_attention.h"

#include <cmath>

#include "core/attention/token_attention.h"
#include "core/device/row_steps.h"
#include "core/model/rotary.h"

namespace reelquery {

namespace {

float scaleOf(const TextConfig& config) {
    return static_cast<float>(1.0 / std::sqrt(static_cast<double>(config.headDim)));
}

/// Attention of one token that sees every key: the Hq/Hkv query heads of a key head are taken as
/// its queries, so keys and values are read once and never repeated.
/// q [Hq, 1, D], k and v [Hkv, n, D] -> [1, Hq*D].
at::Tensor attendOne(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     std::int64_t headDim) {
    const std::int64_t kvHeads = k.size(0);
    const double scale = 1.0 / std::sqrt(static_cast<double>(headDim));
    const at::Tensor grouped = q.reshape({1, kvHeads, q.size(0) / kvHeads, headDim});
    const at::Tensor out =
        at::scaled_dot_product_attention(grouped, k.unsqueeze(0), v.unsqueeze(0), std::nullopt, 0.0,
                                         false, scale);  // [1, Hkv, Hq/Hkv, D]
    return out.reshape({1, q.size(0) * headDim});
}

}  // namespace

bool CacheAttention::norms(const at::Tensor& q) const {
    return haveRowSteps(q) && mayNormInRotation(config_.headDim);
}

at::Tensor CacheAttention::rotated(const at::Tensor& x, std::int64_t heads,
                                   const at::Tensor& norm) const {
    const at::Tensor split = x.view({x.size(0), heads, config_.headDim});
    if (!norm.defined()) return rotate(split, cos_, sin_);
    normAndRotateHeads(split, norm, config_.rmsNormEps, cos_, sin_);
    return split.transpose(0, 1);
}

at::Tensor CacheAttention::attend(std::int64_t layer, const LayerRows& rows,
                                  const HeadNorms& norms) const {
    const at::Tensor& q = rows.q;
    const std::int64_t n = q.size(0), headDim = config_.headDim;
    const at::Tensor rotatedQ = rotated(q, config_.heads, norms.q);
    const at::Tensor rotatedK = rotated(rows.k, config_.kvHeads, norms.k);
    cache_.write(layer, rotatedK, rows.v.view({n, config_.kvHeads, headDim}).transpose(0, 1));
    throwIfCancelled(cancel_);

    const std::int64_t keys = cache_.size() + n;
    at::Tensor out;  // [n, Hq*D]
    if (!backend_ && cache_.isNarrow(layer) && !q.is_cuda()) {
        out = attendNarrowToken(rotatedQ, cache_.narrowKeys(layer, keys),
                                cache_.narrowValues(layer, keys), scaleOf(config_));
        throwIfCancelled(cancel_);
        return out;
    }
    const at::Tensor allKeys = cache_.keys(layer, keys);
    const at::Tensor allValues = cache_.values(layer, keys);
    if (backend_) {
        out = backend_->attend({.q = rotatedQ,
                                .k = allKeys,
                                .v = allValues,
                                .layer = static_cast<int>(layer),
                                .promptTokens = promptTokens_,
                                .scale = scaleOf(config_),
                                .causal = true,
                                .stop = cancel_,
                                .density = density_},
                               recorder_);
    } else {
        out = attendOne(rotatedQ, allKeys, allValues, headDim);
    }
    throwIfCancelled(cancel_);
    return out;
}

at::Tensor TokenStepAttention::attend(std::int64_t layer, const LayerRows& rows,
                                      const HeadNorms&) const {
    const LayerSides& own = sides_[static_cast<std::size_t>(layer)];
    return attendToken({.q = rows.q,
                        .k = rows.k,
                        .v = rows.v,
                        .cos = cos_,
                        .sin = sin_,
                        .keys = own.keys,
                        .values = own.values,
                        .held = held_,
                        .keyScales = own.keyScales,
                        .valueScales = own.valueScales,
                        .scale = scaleOf(config_)});
}

}  // namespace reelquery
