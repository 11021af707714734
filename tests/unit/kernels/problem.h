#pragma once
// Made-up attention problems and how far an output is from the reference.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "kernels/attention_params.h"
#include "kernels/block_layout.h"
#include "kernels/cpu/cpu_attention.h"
#include "kernels/cpu/thread_workers.h"

namespace reelquery::kernels::test {

/// What a problem looks like. Tensors are stored token-major ([tokens, heads, D]), so the head and
/// token strides are not those of a contiguous [heads, tokens, D].
struct Form {
    int heads = 1;
    int kvHeads = 1;
    int headDim = 64;
    std::int64_t queries = 1;
    std::int64_t keys = 1;
    bool causal = true;
    Dtype dtype = Dtype::kFloat32;

    std::string text() const;
};

/// Owns q, k, v as floats (rounded to bf16 where the form says so) and shows them as inputs.
class Problem {
  public:
    /// Normal random values; queries and keys are scaled so that logits have the given spread.
    Problem(const Form& form, std::uint32_t seed, float logitSpread = 2.0f);

    float* q(int head, std::int64_t token) { return &q_[index(form_.heads, head, token)]; }

    float* k(int head, std::int64_t token) { return &k_[index(form_.kvHeads, head, token)]; }

    float* v(int head, std::int64_t token) { return &v_[index(form_.kvHeads, head, token)]; }

    const Form& form() const { return form_; }

    /// Points into this object; call it again after a change.
    AttentionInputs inputs();

  private:
    std::size_t index(int heads, int head, std::int64_t token) const {
        return static_cast<std::size_t>((token * heads + head) * form_.headDim);
    }

    Form form_;
    std::vector<float> q_, k_, v_;
    std::vector<std::uint16_t> qBits_, kBits_, vBits_;
};

/// Token-major output [Lq, Hq, D], full of NaN before it is written.
class Output {
  public:
    explicit Output(const Form& form);

    MutableHeadsView view();

    /// As [Hq, Lq, D].
    std::vector<double> values() const;

  private:
    Form form_;
    std::vector<float> floats_;
    std::vector<std::uint16_t> bits_;
};

/// The same attention in plain loops of the inputs' own precision: float32 arithmetic, and for bf16
/// weights and results rounded to bf16. Its error is what the number type itself costs. lists: null
/// for dense. Returns [Hq, Lq, D].
std::vector<double> plainAttention(Problem& problem, const BlockLists* lists);

/// The longest prompt that is held against the double-precision loops: the thread sanitizer slows
/// them down some thirty times, and what it looks for shows on short prompts too.
#if defined(__SANITIZE_THREAD__)
inline constexpr std::int64_t kLongestOracle = 1100;
#else
inline constexpr std::int64_t kLongestOracle = INT64_MAX;
#endif

/// Whether the loops take this length; says so where they do not.
bool isWithinOracle(std::int64_t tokens);

/// |a - b| / |b|, Frobenius norms; infinite where a is not finite.
double relativeError(const std::vector<double>& a, const std::vector<double>& b);

/// Every instruction set this machine runs.
std::vector<CpuIsa> isas();

/// One pool of three workers and one workspace per test: results may not depend on either.
struct Machine {
    ThreadWorkers workers{3};
    Workspace workspace;

    CpuRun run(CpuIsa isa = bestCpuIsa()) { return {workers, workspace, isa, {}}; }
};

/// Owns block lists.
struct Lists {
    std::vector<std::uint16_t> columns;
    std::vector<std::int32_t> counts;
    std::int64_t pitch = 0;

    BlockLists view() const { return {columns.data(), counts.data(), pitch}; }
};

/// Each visible block with the given probability, the row's own always where causal.
Lists randomLists(const AttentionShape& shape, double density, std::uint32_t seed);

}  // namespace reelquery::kernels::test
