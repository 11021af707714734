#include "core/base/divergence.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace reelquery {

namespace {

/// Logarithm of the sum of the exponentials.
double logSum(std::span<const float> logits) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float logit : logits) sum += std::exp(logit - largest);
    return largest + std::log(sum);
}

}  // namespace

double klDivergence(std::span<const float> pLogits, std::span<const float> qLogits) {
    ENSURE(pLogits.size() == qLogits.size() && !pLogits.empty(), "two rows of one length");
    const double pSum = logSum(pLogits), qSum = logSum(qLogits);
    double divergence = 0;
    for (std::size_t i = 0; i < pLogits.size(); ++i) {
        const double logP = pLogits[i] - pSum;
        if (std::isinf(logP)) continue;  // adds nothing, whatever q says
        divergence += std::exp(logP) * (logP - (qLogits[i] - qSum));
    }
    return std::max(divergence, 0.0);
}

}  // namespace reelquery
