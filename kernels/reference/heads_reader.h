#pragma once
// Reads a strided float32 or bf16 tensor into plain double precision arrays.

#include <cstdint>
#include <vector>

#include "kernels/attention_params.h"

namespace reelquery::kernels::reference {

/// A contiguous [heads, tokens, dim] array of doubles.
struct DoubleHeads {
    std::int64_t tokens = 0;
    int dim = 0;
    std::vector<double> values;

    const double* row(int head, std::int64_t token) const {
        return values.data() + (head * tokens + token) * dim;
    }
};

DoubleHeads readHeads(const HeadsView& view, Dtype dtype, int heads, std::int64_t tokens, int dim);

}  // namespace reelquery::kernels::reference
