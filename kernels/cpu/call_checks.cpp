#include "kernels/cpu/call_checks.h"

namespace reelquery::kernels {

namespace {

constexpr int kMaxHeadDim = 512;

Status invalid(const char* message) {
    return {StatusCode::kInvalidArgument, message};
}

}  // namespace

Status checkInputs(const AttentionInputs& inputs) {
    const AttentionShape& s = inputs.shape;
    if (s.heads < 1 || s.kvHeads < 1 || s.heads % s.kvHeads != 0)
        return invalid("query heads must be a multiple of key/value heads");
    if (s.queries < 0 || s.keys < 1) return invalid("attention needs at least one key");
    if (s.causal && s.queries > s.keys)
        return invalid("causal attention has more queries than keys");
    if (!(s.scale > 0)) return invalid("the attention scale must be positive");
    if (s.headDim < 1 || s.headDim > kMaxHeadDim)
        return {StatusCode::kUnsupported, "head dimensions from 1 to 512 are supported"};
    if (!inputs.q.data || !inputs.k.data || !inputs.v.data)
        return invalid("a query, key or value pointer is null");
    return {};
}

const TileKernels* tilesFor(CpuIsa isa, Dtype dtype) {
    switch (isa) {
        case CpuIsa::kGeneric:
            return genericTiles();
        case CpuIsa::kAvx2:
            return avx2Tiles();
        case CpuIsa::kAvx512:
            return avx512Tiles();
        case CpuIsa::kAvx512Bf16:
            return dtype == Dtype::kBfloat16 ? avx512Bf16Tiles() : avx512Tiles();
    }
    return nullptr;
}

}  // namespace reelquery::kernels
