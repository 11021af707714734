#include "kernels/reference/heads_reader.h"

#include "kernels/bfloat16.h"

namespace reelquery::kernels::reference {

DoubleHeads readHeads(const HeadsView& view, Dtype dtype, int heads, std::int64_t tokens, int dim) {
    DoubleHeads out{tokens, dim, {}};
    out.values.reserve(static_cast<std::size_t>(heads * tokens * dim));
    for (int h = 0; h < heads; ++h) {
        for (std::int64_t t = 0; t < tokens; ++t) {
            const std::int64_t start = h * view.headStride + t * view.tokenStride;
            for (int d = 0; d < dim; ++d) {
                out.values.push_back(dtype == Dtype::kFloat32
                                         ? static_cast<const float*>(view.data)[start + d]
                                         : floatFromBfloat16(static_cast<const std::uint16_t*>(
                                               view.data)[start + d]));
            }
        }
    }
    return out;
}

}  // namespace reelquery::kernels::reference
