#pragma once
// The kernels between the matrix products against double precision: odd sizes, strides and
// alignments, both types, poison around every row.

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/gpu/cuda_library.h"
#include "tests/gpu/row_array.h"

namespace reelquery::test {

/// passed, what, figures.
using RowReport = std::function<void(bool, const std::string&, const std::string&)>;

/// Compares results with exact values. A result may be off by its rounding to the type and by
/// `slack` times the size of the terms it came from, the share that float32 arithmetic may lose.
class RowComparison {
  public:
    RowComparison(kernels::Dtype dtype, double slack)
        : rounding_(dtype == kernels::Dtype::kBfloat16 ? 0x1p-8 : 0x1p-24), slack_(slack) {}

    void add(double got, double want, double terms) {
        const double off = std::abs(got - want);
        const double allowed = rounding_ * std::abs(want) + slack_ * terms + 1e-30;
        if (!(off <= allowed)) ++wrong_;
        if (!(off / allowed <= worst_)) worst_ = off / allowed;
    }

    /// Ends a check: `strayed` bytes changed outside the rows.
    void finish(const RowReport& report, const std::string& what, const kernels::Status& status,
                std::int64_t strayed) const {
        char figures[160];
        std::snprintf(figures, sizeof figures,
                      "worst %.3f of what rounding allows, wrong %d, "
                      "strayed %lld %s",
                      worst_, wrong_, static_cast<long long>(strayed), status.message);
        report(status.ok() && wrong_ == 0 && strayed == 0, what, figures);
    }

  private:
    double rounding_, slack_;
    double worst_ = 0;
    int wrong_ = 0;
};

inline std::string rowCase(const char* step, kernels::Dtype dtype, std::int64_t rows,
                           std::int64_t width, const char* more) {
    char name[128];
    std::snprintf(name, sizeof name, "%s %s %lld x %lld%s", step,
                  dtype == kernels::Dtype::kBfloat16 ? "bf16" : "f32", static_cast<long long>(rows),
                  static_cast<long long>(width), more);
    return name;
}

constexpr float kRowEpsilon = 1e-6f;  // of every norm here

/// RMS norm of every head of D values times `weight` [D], in double precision.
inline std::vector<double> normedHeads(std::vector<double> values,
                                       const std::vector<double>& weight) {
    const std::size_t headDim = weight.size();
    for (std::size_t head = 0; head < values.size(); head += headDim) {
        double square = 0;
        for (std::size_t i = 0; i < headDim; ++i) square += values[head + i] * values[head + i];
        const double scale = 1 / std::sqrt(square / static_cast<double>(headDim) + kRowEpsilon);
        for (std::size_t i = 0; i < headDim; ++i) values[head + i] *= scale * weight[i];
    }
    return values;
}

struct RotationCase {
    int heads, headDim;
    std::int64_t tokens;
    bool inPlace;  // else into a cache [heads, capacity, D]
    int gap;       // values between the tokens of x
    int shift;
    bool isNormed = false;
};

inline void checkRotation(const CudaLibrary& library, kernels::Dtype dtype, const RotationCase& c,
                          std::uint32_t seed, const RowReport& report) {
    const std::int64_t width = std::int64_t{c.heads} * c.headDim, half = c.headDim / 2;
    const std::int64_t capacity = c.tokens + 3;
    RowArray x(dtype, c.tokens, width, width + c.gap, c.shift);
    x.fillRandom(seed, 1);
    // Into a cache: the rows are the heads' tokens, the gap is its room for three more.
    RowArray cache(dtype, c.heads, c.tokens * c.headDim, capacity * c.headDim, c.shift);
    RowArray weight(dtype, 1, c.headDim, c.headDim);
    weight.fillRandom(seed + 1, 1);
    std::vector<float> cos, sin;
    for (std::int64_t i = 0; i < c.tokens * half; ++i) {
        cos.push_back(static_cast<float>(std::cos(0.37 * static_cast<double>(i))));
        sin.push_back(static_cast<float>(std::sin(0.37 * static_cast<double>(i))));
    }
    const DeviceArray<float> deviceCos(cos), deviceSin(sin);
    const std::vector<double> given = x.values();
    const std::vector<double> before = c.isNormed ? normedHeads(given, weight.values()) : given;
    kernels::CudaRotation call;
    call.dtype = dtype;
    call.heads = c.heads;
    call.headDim = c.headDim;
    call.tokens = c.tokens;
    call.x = {x.get(), c.headDim, x.stride()};
    call.out = c.inPlace ? kernels::MutableHeadsView{x.get(), c.headDim, x.stride()}
                         : kernels::MutableHeadsView{cache.get(), cache.stride(), c.headDim};
    call.cos = deviceCos.get();
    call.sin = deviceSin.get();
    call.normWeight = c.isNormed ? weight.get() : nullptr;
    call.epsilon = kRowEpsilon;
    const kernels::Status status = library.rotate(&call, nullptr);
    require(cudaDeviceSynchronize(), "rotating");
    const std::vector<double> after = x.values(), got = c.inPlace ? after : cache.values();
    // A normed head is rounded once more, to 2^-8 of its value, before it is turned.
    const bool isShort = dtype == kernels::Dtype::kBfloat16;
    RowComparison comparison(dtype, !c.isNormed ? 2e-7 : isShort ? 0x1.02p-8 : 4e-6);
    for (std::int64_t head = 0; head < c.heads; ++head)
        for (std::int64_t token = 0; token < c.tokens; ++token)
            for (std::int64_t j = 0; j < half; ++j) {
                const auto from = static_cast<std::size_t>(token * width + head * c.headDim + j);
                const auto to =
                    c.inPlace ? from
                              : static_cast<std::size_t>((head * c.tokens + token) * c.headDim + j);
                const auto angle = static_cast<std::size_t>(token * half + j);
                const double a = before[from], b = before[from + half];
                const double terms = std::abs(a) + std::abs(b);
                comparison.add(got[to], a * cos[angle] - b * sin[angle], terms);
                comparison.add(got[to + half], b * cos[angle] + a * sin[angle], terms);
            }
    const std::int64_t overwritten = !c.inPlace && after != given;
    comparison.finish(report,
                      rowCase(c.isNormed ? "norm + rotate" : "rotate", dtype, c.tokens, width,
                              c.inPlace ? "" : " into a cache"),
                      status, x.strayed() + cache.strayed() + overwritten);
}

struct GateCase {
    std::int64_t rows, width;
    float slope;
    bool hasFactor;  // it lies beside x, as the halves of one product
    int shift;
};

inline void checkGate(const CudaLibrary& library, kernels::Dtype dtype, const GateCase& c,
                      std::uint32_t seed, const RowReport& report) {
    RowArray x(dtype, c.rows, c.width, c.hasFactor ? 2 * c.width : c.width, c.shift);
    RowArray factor(dtype, c.rows, c.width, c.width, c.shift);
    x.fillRandom(seed, 6);
    factor.fillRandom(seed + 1, 1);
    const std::vector<double> before = x.values(), factors = factor.values();
    kernels::CudaGate call;
    call.dtype = dtype;
    call.rows = c.rows;
    call.width = c.width;
    call.slope = c.slope;
    call.x = call.out = x.get();
    call.factor = c.hasFactor ? factor.get() : nullptr;
    call.xStride = call.outStride = x.stride();
    call.factorStride = factor.stride();
    const kernels::Status status = library.gate(&call, nullptr);
    require(cudaDeviceSynchronize(), "gating");
    const std::vector<double> got = x.values();
    RowComparison comparison(dtype, 1e-6);
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double logit = static_cast<double>(c.slope) * before[i];
        const double want = before[i] / (1 + std::exp(-logit)) * (c.hasFactor ? factors[i] : 1.0);
        comparison.add(got[i], want, std::abs(want) * (1 + std::abs(logit)));
    }
    const std::int64_t overwritten = factor.values() != factors;
    comparison.finish(report, rowCase(c.hasFactor ? "gate" : "gelu", dtype, c.rows, c.width, ""),
                      status, x.strayed() + factor.strayed() + overwritten);
}

struct NormCase {
    std::int64_t rows, width;
    bool adds, hasBias;
    int shift;
};

inline void checkNorm(const CudaLibrary& library, kernels::Dtype dtype, const NormCase& c,
                      std::uint32_t seed, const RowReport& report) {
    RowArray x(dtype, c.rows, c.width, c.width, c.shift), y(dtype, c.rows, c.width, c.width),
        out(dtype, c.rows, c.width, c.width), weight(dtype, 1, c.width, c.width),
        bias(dtype, 1, c.width, c.width);
    x.fillRandom(seed, 3);
    y.fillRandom(seed + 1, 2);
    weight.fillRandom(seed + 2, 1);
    bias.fillRandom(seed + 3, 1);
    const std::vector<double> before = x.values(), added = y.values(), scales = weight.values(),
                              offsets = bias.values();
    kernels::CudaNorm call;
    call.dtype = dtype;
    call.rows = c.rows;
    call.width = c.width;
    call.epsilon = kRowEpsilon;
    call.x = x.get();
    call.y = c.adds ? y.get() : nullptr;
    call.weight = weight.get();
    call.bias = c.hasBias ? bias.get() : nullptr;
    call.out = out.get();
    const kernels::Status status = library.norm(&call, nullptr);
    require(cudaDeviceSynchronize(), "norming");
    const std::vector<double> held = x.values(), got = out.values();
    RowComparison comparison(dtype, 2e-6);
    const auto width = static_cast<std::size_t>(c.width);
    for (std::size_t row = 0; row < static_cast<std::size_t>(c.rows); ++row) {
        double mean = 0, square = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const std::size_t at = row * width + i;
            const double sum = before[at] + (c.adds ? added[at] : 0);
            comparison.add(held[at], sum, 0);
            mean += held[at];
        }
        mean = c.hasBias ? mean / static_cast<double>(width) : 0;
        for (std::size_t i = 0; i < width; ++i)
            square += (held[row * width + i] - mean) * (held[row * width + i] - mean);
        const double scale = 1 / std::sqrt(square / static_cast<double>(width) + kRowEpsilon);
        for (std::size_t i = 0; i < width; ++i) {
            const std::size_t at = row * width + i;
            const double offset = c.hasBias ? offsets[i] : 0;
            const double terms =
                (std::abs(held[at]) + std::abs(mean)) * scale * std::abs(scales[i]) +
                std::abs(offset);
            comparison.add(got[at], (held[at] - mean) * scale * scales[i] + offset, terms);
        }
    }
    comparison.finish(report,
                      rowCase(c.adds ? "add + norm" : "norm", dtype, c.rows, c.width,
                              c.hasBias ? " layer" : " rms"),
                      status, x.strayed() + y.strayed() + out.strayed() + (y.values() != added));
}

inline void checkRowRefusals(const CudaLibrary& library, const RowReport& report) {
    using kernels::StatusCode;
    RowArray x(kernels::Dtype::kFloat32, 4, 8, 8);
    const DeviceArray<float> angles(std::vector<float>(16, 0));
    kernels::CudaRotation turn{kernels::Dtype::kFloat32,
                               2,
                               4,
                               4,
                               {x.get(), 4, 8},
                               {x.get(), 4, 8},
                               angles.get(),
                               angles.get()};
    const auto rotates = [&](auto change) {
        kernels::CudaRotation call = turn;
        change(call);
        return library.rotate(&call, nullptr).code;
    };
    kernels::CudaGate gate;
    gate.rows = std::int64_t{1} << 40;
    gate.width = 8;
    gate.x = gate.out = x.get();
    kernels::CudaNorm norm;
    norm.rows = 1;
    norm.width = 2048 * 8 + 8;
    norm.x = norm.out = x.get();
    norm.weight = x.get();
    const bool passed =
        rotates([](auto& c) { c.headDim = 3; }) == StatusCode::kInvalidArgument &&
        rotates([](auto& c) { c.cos = nullptr; }) == StatusCode::kInvalidArgument &&
        rotates([](auto& c) { c.tokens = std::int64_t{1} << 40; }) == StatusCode::kUnsupported &&
        rotates([](auto& c) { c.tokens = 0; }) == StatusCode::kOk &&
        rotates([](auto& c) {
            c.normWeight = c.cos;
            c.heads = 1;
            c.headDim = 12;  // half a head is six values, no power of two
        }) == StatusCode::kUnsupported &&
        library.gate(&gate, nullptr).code == StatusCode::kUnsupported &&
        library.norm(&norm, nullptr).code == StatusCode::kUnsupported;
    report(passed, "bad row calls", "refused with a code");
}

/// Everything above. longest: rows per case at most.
inline void checkRowSteps(const CudaLibrary& library, std::int64_t longest,
                          const RowReport& report) {
    // The shapes of the towers and models, then sizes that fit no piece of 16 bytes, then rows that
    // start between two.
    const RotationCase rotations[] = {{16, 80, 1009, true, 2560, 0},
                                      {12, 128, 300, true, 512, 0},
                                      {2, 128, 129, false, 0, 0},
                                      {7, 64, 65, false, 8, 0},
                                      {5, 16, 33, true, 0, 0},
                                      {3, 6, 17, false, 1, 0},
                                      {1, 2, 1, true, 0, 0},
                                      {4, 80, 9, true, 16, 1},
                                      {4, 64, 9, false, 16, 3},
                                      {16, 64, 1009, true, 2048, 0},
                                      {16, 72, 1009, true, 2304, 0},
                                      {8, 128, 129, false, 0, 0},
                                      {32, 128, 300, true, 2048, 0, true},
                                      {8, 128, 1, true, 0, 0, true},
                                      {5, 64, 33, false, 8, 0, true},
                                      {3, 16, 17, true, 0, 0, true},
                                      {7, 256, 65, true, 8, 0, true}};
    const GateCase gates[] = {{1009, 5120, 1.702f, false, 0}, {130, 8960, 1, true, 0},
                              {1, 18944, 1, true, 0},         {129, 37, 1, true, 0},
                              {3, 1, 1.702f, false, 0},       {5, 64, 1, true, 1}};
    const NormCase norms[] = {
        {1009, 1280, true, true, 0}, {130, 1536, true, false, 0},  {3, 3584, true, false, 0},
        {1, 1536, false, false, 0},  {5, 1280, false, true, 0},    {3, 16384, true, true, 0},
        {4, 8, true, false, 0},      {7, 37, true, true, 0},       {2, 2047, false, false, 0},
        {3, 64, true, true, 1},      {1009, 128, false, false, 0}, {1009, 64, false, false, 0},
        {1009, 1152, true, true, 0}, {130, 4608, false, true, 0}};
    std::uint32_t seed = 900;
    checkRowRefusals(library, report);
    for (const auto dtype : {kernels::Dtype::kBfloat16, kernels::Dtype::kFloat32}) {
        for (RotationCase c : rotations) {
            c.tokens = std::min(c.tokens, longest);
            checkRotation(library, dtype, c, ++seed, report);
        }
        for (GateCase c : gates) {
            c.rows = std::min(c.rows, longest);
            checkGate(library, dtype, c, ++seed, report);
        }
        for (NormCase c : norms) {
            c.rows = std::min(c.rows, longest);
            if (dtype == kernels::Dtype::kFloat32) c.width = std::min<std::int64_t>(c.width, 8192);
            checkNorm(library, dtype, c, ++seed, report);
        }
    }
}

}  // namespace reelquery::test
