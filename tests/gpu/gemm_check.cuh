#pragma once
// Products with packed weights and their unpacking on a device, against weights by the formats'
// tables and sums in double precision.

#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/gpu/bfloat16_bits.h"
#include "tests/gpu/device_memory.h"
#include "tests/gpu/gemm_library.h"
#include "tests/gpu/packed_sample.h"

namespace reelquery::test {

/// passed, what, figures.
using GemmReport = std::function<void(bool, const std::string&, const std::string&)>;

/// One or more samples of a kind, joined into one tiled matrix on the device.
class TiledOnDevice {
  public:
    TiledOnDevice(const GemmLibrary& library, const std::vector<PackedSample>& samples) {
        matrix_.shape = samples.front().shape();
        matrix_.shape.outputs = 0;
        for (const PackedSample& sample : samples) matrix_.shape.outputs += sample.outputs();
        data_ = DeviceArray<std::uint8_t>(
            static_cast<std::size_t>(kernels::planesOf(matrix_.shape).bytes));
        data_.fill(0xff);
        matrix_.data = data_.get();
        std::int64_t row = 0;
        for (const PackedSample& sample : samples) {
            const DeviceArray<std::uint8_t> words(const_cast<PackedSample&>(sample).words());
            const DeviceArray<std::uint8_t> scales(padded(sample.scales()));
            const DeviceArray<std::uint8_t> zeros(padded(sample.zeros()));
            order_ = DeviceArray<std::int32_t>(sample.order().empty() ? std::vector<std::int32_t>(1)
                                                                      : sample.order());
            const kernels::SourceMatrix source =
                sample.source(words.get(), scales.get(), zeros.get(), order_.get());
            if (const auto now = library.retile(&source, &matrix_, row, nullptr); !now.ok())
                status_ = now;
            require(cudaDeviceSynchronize(), "laying out tiles");
            row += sample.outputs();
        }
    }

    const kernels::TiledMatrix& get() const { return matrix_; }

    const kernels::Status& status() const { return status_; }

    std::vector<std::uint8_t> bytes() const { return data_.toHost(); }

  private:
    static std::vector<std::uint8_t> padded(std::vector<std::uint8_t> bytes) {
        if (bytes.empty()) bytes.push_back(0);
        return bytes;
    }

    kernels::TiledMatrix matrix_;
    kernels::Status status_;
    DeviceArray<std::uint8_t> data_;
    DeviceArray<std::int32_t> order_;
};

inline float numberAt(const std::vector<std::uint8_t>& bytes, kernels::GemmType type,
                      std::size_t at) {
    if (type == kernels::GemmType::kFloat32) {
        float value;
        std::memcpy(&value, &bytes[at * 4], 4);
        return value;
    }
    const std::uint16_t bits = sixteenBits(&bytes[at * 2]);
    return type == kernels::GemmType::kBfloat16 ? toFloat(bits) : floatOfHalfBits(bits);
}

inline int sizeOf(kernels::GemmType type) {
    return type == kernels::GemmType::kFloat32 ? 4 : 2;
}

inline const char* nameOf(kernels::GemmType type) {
    return type == kernels::GemmType::kFloat32    ? "f32"
           : type == kernels::GemmType::kBfloat16 ? "bf16"
                                                  : "f16";
}

/// Unpacks rows of samples and compares: float32 bit for bit, the others with their rounding.
inline void checkUnpack(const GemmLibrary& library, const char* name,
                        const std::vector<PackedSample>& samples, const TiledOnDevice& tiled,
                        std::int64_t firstRow, std::int64_t rows, kernels::GemmType type,
                        const GemmReport& report, bool byIndex = false) {
    const std::int64_t inputs = tiled.get().shape.inputs, stride = inputs + 8;
    const auto size = static_cast<std::size_t>(sizeOf(type));
    DeviceArray<std::uint8_t> out(static_cast<std::size_t>((rows + 1) * stride) * size);
    out.fill(0xff);
    kernels::CudaUnpack call;
    call.weights = tiled.get();
    call.firstRow = firstRow;
    call.rows = rows;
    std::vector<std::int64_t> index;  // the same rows backwards, and one that is not there
    for (std::int64_t n = 0; n < rows && byIndex; ++n) index.push_back(firstRow + rows - 1 - n);
    if (byIndex) index[0] = tiled.get().shape.outputs;
    const DeviceArray<std::int64_t> deviceIndex(byIndex ? index : std::vector<std::int64_t>(1));
    call.index = byIndex ? deviceIndex.get() : nullptr;
    call.out = out.get();
    call.outType = type;
    call.outStride = stride;
    const kernels::Status status = library.unpack(&call, nullptr);
    require(cudaDeviceSynchronize(), "unpacking");
    const std::vector<std::uint8_t> bytes = out.toHost();
    std::vector<float> want;
    const std::vector<std::int32_t>& order = samples.front().order();
    for (const PackedSample& sample : samples)
        want.insert(want.end(), sample.weights().begin(), sample.weights().end());
    std::int64_t wrong = 0, strayed = 0;
    double worst = 0;
    for (std::int64_t n = 0; n <= rows; ++n)
        for (std::int64_t k = 0; k < stride; ++k) {
            const auto at = static_cast<std::size_t>(n * stride + k);
            if (n == rows || k >= inputs) {
                for (std::size_t byte = 0; byte < size; ++byte)
                    strayed += bytes[at * size + byte] != 0xff;
                continue;
            }
            const std::int64_t from = byIndex ? index[static_cast<std::size_t>(n)] : firstRow + n;
            const std::int64_t column = order.empty() ? k : order[static_cast<std::size_t>(k)];
            const float exact = from < tiled.get().shape.outputs
                                    ? want[static_cast<std::size_t>(from * inputs + column)]
                                    : 0;
            const float got = numberAt(bytes, type, at);
            const double off = std::abs(static_cast<double>(got) - exact);
            const double share = type == kernels::GemmType::kFloat32    ? 0
                                 : type == kernels::GemmType::kBfloat16 ? 0x1p-8
                                                                        : 0x1p-11;
            // float16 has fixed steps of 2^-24 below 2^-14.
            const double step = type == kernels::GemmType::kFloat16 ? 0x1p-25 : 0;
            if (!(off <= std::abs(exact) * share * 1.0000001 + step)) ++wrong;
            if (!(off <= worst)) worst = off;
        }
    char what[160], figures[160];
    std::snprintf(what, sizeof what, "unpack %s %s rows %s%lld+%lld of %lld x %lld", name,
                  nameOf(type), byIndex ? "by index " : "", static_cast<long long>(firstRow),
                  static_cast<long long>(rows), static_cast<long long>(tiled.get().shape.outputs),
                  static_cast<long long>(inputs));
    std::snprintf(figures, sizeof figures, "worst %.3g, wrong %lld, strayed %lld %s", worst,
                  static_cast<long long>(wrong), static_cast<long long>(strayed), status.message);
    report(status.ok() && wrong == 0 && strayed == 0, what, figures);
}

/// A call of few rows with everything around it poisoned, twice.
inline void checkFewRows(const GemmLibrary& library, const char* name,
                         const std::vector<PackedSample>& samples, const TiledOnDevice& tiled,
                         int rows, kernels::GemmType outType, bool hasBias, std::uint32_t seed,
                         const GemmReport& report) {
    const std::int64_t outputs = tiled.get().shape.outputs, inputs = tiled.get().shape.inputs;
    const std::int64_t xStride = inputs + 16, outStride = outputs + 3;
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<std::uint16_t> x(static_cast<std::size_t>(rows * xStride), 0x7fff);  // NaN between
    for (int row = 0; row < rows; ++row)
        for (std::int64_t k = 0; k < inputs; ++k)
            x[static_cast<std::size_t>(row * xStride + k)] = toBits(normal(random));
    std::vector<std::uint16_t> bias;
    for (std::int64_t n = 0; n < outputs; ++n) bias.push_back(toBits(normal(random)));
    // x as the matrix wants it: in the order of its places.
    std::vector<std::uint16_t> ordered = x;
    const std::vector<std::int32_t>& order = samples.front().order();
    for (int row = 0; row < rows && !order.empty(); ++row)
        for (std::int64_t k = 0; k < inputs; ++k)
            ordered[static_cast<std::size_t>(row * xStride + k)] =
                x[static_cast<std::size_t>(row * xStride + order[static_cast<std::size_t>(k)])];
    const DeviceArray<std::uint16_t> deviceX(ordered), deviceBias(bias);
    kernels::Status status = tiled.status();
    const auto size = static_cast<std::size_t>(sizeOf(outType));
    DeviceArray<std::uint8_t> out(static_cast<std::size_t>((rows + 1) * outStride) * size);
    kernels::CudaFewRows call;
    call.weights = tiled.get();
    call.rows = rows;
    call.x = deviceX.get();
    call.xStride = xStride;
    call.bias = hasBias ? deviceBias.get() : nullptr;
    call.out = out.get();
    call.outType = outType;
    call.outStride = outStride;
    std::vector<std::uint8_t> bytes, before;
    for (int run = 0; run < 2 && status.ok(); ++run) {
        out.fill(0xff);
        status = library.fewRows(&call, nullptr);
        require(cudaDeviceSynchronize(), "the product");
        before = bytes;
        bytes = out.toHost();
    }
    std::int64_t wrong = 0, strayed = 0;
    double worst = 0;
    for (std::int64_t row = 0; status.ok() && row <= rows; ++row) {
        std::size_t sample = 0;
        std::int64_t first = 0;
        for (std::int64_t n = 0; n < outStride; ++n) {
            const auto at = static_cast<std::size_t>(row * outStride + n);
            if (row == rows || n >= outputs) {
                for (std::size_t byte = 0; byte < size; ++byte)
                    strayed += bytes[at * size + byte] != 0xff;
                continue;
            }
            if (n - first == samples[sample].outputs()) {
                first = n;
                ++sample;
            }
            const auto from = static_cast<std::size_t>((n - first) * inputs);
            double want = hasBias ? toFloat(bias[static_cast<std::size_t>(n)]) : 0;
            double terms = std::abs(want);
            for (std::int64_t k = 0; k < inputs; ++k) {
                const double value = toFloat(x[static_cast<std::size_t>(row * xStride + k)]);
                const std::size_t place = from + static_cast<std::size_t>(k);
                want += value * samples[sample].weights()[place];
                terms += std::abs(value) * samples[sample].terms()[place];
            }
            // Float32 sums of exact products: what a tensor core drops is below 2^-17 of the terms.
            const double rounding = outType == kernels::GemmType::kFloat32    ? 0x1p-24
                                    : outType == kernels::GemmType::kBfloat16 ? 0x1p-8
                                                                              : 0x1p-11;
            const double allowed = rounding * 1.01 * std::abs(want) + 8e-6 * terms;
            const double off = std::abs(numberAt(bytes, outType, at) - want);
            if (!(off <= allowed)) ++wrong;
            if (!(off / allowed <= worst)) worst = off / allowed;
        }
    }
    char what[160], figures[160];
    std::snprintf(what, sizeof what, "few rows %s, %d rows %s%s, %lld x %lld", name, rows,
                  nameOf(outType), hasBias ? " with bias" : "", static_cast<long long>(outputs),
                  static_cast<long long>(inputs));
    std::snprintf(figures, sizeof figures,
                  "worst %.3f of what is allowed, wrong %lld, strayed %lld, repeats %d %s", worst,
                  static_cast<long long>(wrong), static_cast<long long>(strayed), bytes == before,
                  status.message);
    report(status.ok() && wrong == 0 && strayed == 0 && bytes == before, what, figures);
}

/// What a captured graph gives and what the plain call gives; and row 0 alone and among eight.
inline void checkFewRowsGraph(const GemmLibrary& library, const SampleKind& kind,
                              const GemmReport& report) {
    const PackedSample sample(kind, 100, 1024, 77);
    const TiledOnDevice tiled(library, {sample});
    std::vector<std::uint16_t> x;
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (int i = 0; i < 8 * 1024; ++i) x.push_back(toBits(normal(random)));
    const DeviceArray<std::uint16_t> deviceX(x);
    DeviceArray<float> out(800);
    kernels::CudaFewRows call;
    call.weights = tiled.get();
    call.rows = 8;
    call.x = deviceX.get();
    call.xStride = 1024;
    call.out = out.get();
    call.outType = kernels::GemmType::kFloat32;
    call.outStride = 100;
    cudaStream_t stream;
    require(cudaStreamCreate(&stream), "cudaStreamCreate");
    bool passed = library.fewRows(&call, stream).ok();
    require(cudaStreamSynchronize(stream), "the plain call");
    const std::vector<float> plain = out.toHost();
    out.fill(0xff);
    cudaGraph_t graph;
    cudaGraphExec_t executable;
    require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin capture");
    passed = library.fewRows(&call, stream).ok() && passed;
    require(cudaStreamEndCapture(stream, &graph), "end capture");
    require(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    require(cudaGraphLaunch(executable, stream), "cudaGraphLaunch");
    require(cudaStreamSynchronize(stream), "the graph");
    passed = out.toHost() == plain && passed;
    cudaGraphExecDestroy(executable);
    cudaGraphDestroy(graph);
    out.fill(0xff);
    call.rows = 1;
    passed = library.fewRows(&call, stream).ok() && passed;
    require(cudaStreamSynchronize(stream), "one row");
    cudaStreamDestroy(stream);
    const std::vector<float> alone = out.toHost();
    passed = std::memcmp(alone.data(), plain.data(), 400) == 0 && passed;
    report(passed, std::string("few rows in a graph, and one row alone, ") + kind.name,
           "the same bits");
}

/// The e4m3 byte nearest to a value of at most 448; of two the even one.
inline std::uint8_t nearestFp8(double value) {
    int best = 0;
    for (int code = 0; code < 127; ++code) {
        const double off =
            std::abs(floatOfFp8Byte(static_cast<std::uint8_t>(code)) - std::abs(value));
        const double least =
            std::abs(floatOfFp8Byte(static_cast<std::uint8_t>(best)) - std::abs(value));
        if (off < least || (off == least && code % 2 == 0)) best = code;
    }
    return static_cast<std::uint8_t>(best | (std::signbit(value) ? 0x80 : 0));
}

/// Rows of x as FP8: codes and scales, rows of zeros, NaN and Inf among them.
inline void checkFp8Rows(const GemmLibrary& library, std::int64_t rows, std::int64_t inputs,
                         const GemmReport& report) {
    const std::int64_t stride = inputs + 8;
    std::mt19937 random(11);
    std::normal_distribution<float> normal;
    std::vector<std::uint16_t> x(static_cast<std::size_t>(rows * stride), 0x7fff);
    for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t k = 0; k < inputs; ++k)
            x[static_cast<std::size_t>(row * stride + k)] = toBits(
                row == 1 ? 0
                         : normal(random) * std::ldexp(1.f, static_cast<int>(row % 9) * 8 - 40));
    if (rows > 3) x[static_cast<std::size_t>(2 * stride + 5)] = 0x7fc0;
    if (rows > 3) x[static_cast<std::size_t>(3 * stride + 5)] = 0x7f80;
    const DeviceArray<std::uint16_t> deviceX(x);
    DeviceArray<std::uint8_t> codes(static_cast<std::size_t>(rows * inputs + 16));
    DeviceArray<float> scales(static_cast<std::size_t>(rows + 1));
    codes.fill(0xee);
    scales.fill(0xff);
    kernels::CudaFp8Rows call;
    call.x = deviceX.get();
    call.rows = rows;
    call.inputs = inputs;
    call.xStride = stride;
    call.codes = codes.get();
    call.scales = scales.get();
    const kernels::Status status = library.fp8Rows(&call, nullptr);
    require(cudaDeviceSynchronize(), "rows to FP8");
    const std::vector<std::uint8_t> got = codes.toHost();
    const std::vector<float> gotScales = scales.toHost();
    std::int64_t wrong = 0, strayed = 0;
    for (std::size_t i = static_cast<std::size_t>(rows * inputs); i < got.size(); ++i)
        strayed += got[i] != 0xee;
    strayed += !std::isnan(gotScales.back());
    for (std::int64_t row = 0; row < rows; ++row) {
        float largest = 0;
        for (std::int64_t k = 0; k < inputs; ++k)
            largest = std::fmax(largest,
                                std::abs(toFloat(x[static_cast<std::size_t>(row * stride + k)])));
        const float scale = largest < 0x1p-100f ? 0 : largest / 448;
        const float factor = scale == 0 ? 0 : 448 / largest;
        if (gotScales[static_cast<std::size_t>(row)] != scale) ++wrong;
        for (std::int64_t k = 0; k < inputs; ++k) {
            const float value = toFloat(x[static_cast<std::size_t>(row * stride + k)]) * factor;
            const std::uint8_t code = got[static_cast<std::size_t>(row * inputs + k)];
            if (std::isnan(value) ? (code & 0x7f) != 0x7f : code != nearestFp8(value)) ++wrong;
        }
    }
    char what[160], figures[160];
    std::snprintf(what, sizeof what, "rows to FP8, %lld x %lld", static_cast<long long>(rows),
                  static_cast<long long>(inputs));
    std::snprintf(figures, sizeof figures, "wrong %lld, strayed %lld %s",
                  static_cast<long long>(wrong), static_cast<long long>(strayed), status.message);
    report(status.ok() && wrong == 0 && strayed == 0, what, figures);
}

/// The codes of an FP8 matrix, rows [first, first + rows), as they came.
inline void checkFp8Codes(const GemmLibrary& library, const PackedSample& sample,
                          const TiledOnDevice& tiled, std::int64_t first, std::int64_t rows,
                          const GemmReport& report) {
    const std::int64_t inputs = sample.inputs();
    DeviceArray<std::uint8_t> out(static_cast<std::size_t>(rows * inputs + 16));
    out.fill(0x7f);
    kernels::CudaFp8Codes call;
    call.weights = tiled.get();
    call.firstRow = first;
    call.rows = rows;
    call.out = out.get();
    const kernels::Status status = library.fp8Codes(&call, nullptr);
    require(cudaDeviceSynchronize(), "copying FP8 codes");
    std::vector<std::uint8_t> want(out.size(), 0x7f);
    std::memcpy(
        want.data(),
        &const_cast<PackedSample&>(sample).words()[static_cast<std::size_t>(first * inputs)],
        static_cast<std::size_t>(rows * inputs));
    report(status.ok() && out.toHost() == want,
           "FP8 codes of rows " + std::to_string(first) + "+" + std::to_string(rows),
           status.message);
}

/// A NaN in FP8 codes, and an infinite x: neither may vanish.
inline void checkSpoiledProducts(const GemmLibrary& library, const GemmReport& report) {
    SampleKind kind;
    for (const SampleKind& one : sampleKinds())
        if (std::string(one.name) == "fp8 blocks") kind = one;
    PackedSample sample(kind, 40, 512, 4);
    sample.words()[512 * 20 + 300] = 0x7f;
    const TiledOnDevice tiled(library, {sample});
    std::vector<std::uint16_t> x(512, toBits(1));
    const DeviceArray<std::uint16_t> deviceX(x);
    DeviceArray<float> out(40);
    kernels::CudaFewRows call;
    call.weights = tiled.get();
    call.rows = 1;
    call.x = deviceX.get();
    call.xStride = 512;
    call.out = out.get();
    call.outType = kernels::GemmType::kFloat32;
    call.outStride = 40;
    bool passed = library.fewRows(&call, nullptr).ok();
    require(cudaDeviceSynchronize(), "a spoiled product");
    const std::vector<float> got = out.toHost();
    for (int n = 0; n < 40; ++n)
        passed = std::isnan(got[static_cast<std::size_t>(n)]) == (n == 20) && passed;
    x[7] = 0x7f80;
    const DeviceArray<std::uint16_t> spoiled(x);
    call.x = spoiled.get();
    passed = library.fewRows(&call, nullptr).ok() && passed;
    require(cudaDeviceSynchronize(), "a spoiled product");
    for (const float value : out.toHost()) passed = !std::isfinite(value) && passed;
    report(passed, "few rows with NaN and Inf", "NaN in its row only; Inf of x in every row");
}

inline void checkGemmRefusals(const GemmLibrary& library, const GemmReport& report) {
    using kernels::StatusCode;
    const PackedSample sample(sampleKinds()[0], 16, 128, 1);
    const TiledOnDevice tiled(library, {sample});
    DeviceArray<std::uint16_t> x(8 * 128), out(16 * 128);
    kernels::CudaFewRows rows;
    rows.weights = tiled.get();
    rows.rows = 1;
    rows.x = x.get();
    rows.out = out.get();
    const auto few = [&](auto change) {
        kernels::CudaFewRows call = rows;
        change(call);
        return library.fewRows(&call, nullptr).code;
    };
    kernels::CudaUnpack unpack;
    unpack.weights = tiled.get();
    unpack.rows = 16;
    unpack.out = out.get();
    unpack.outStride = 128;
    const auto unpacks = [&](auto change) {
        kernels::CudaUnpack call = unpack;
        change(call);
        return library.unpack(&call, nullptr).code;
    };
    constexpr auto kInvalid = StatusCode::kInvalidArgument, kUnsupported = StatusCode::kUnsupported;
    const bool passed =
        few([](auto&) {}) == StatusCode::kOk && few([](auto& c) { c.rows = 9; }) == kInvalid &&
        few([](auto& c) { c.rows = 0; }) == kInvalid &&
        few([](auto& c) { c.x = nullptr; }) == kInvalid &&
        few([](auto& c) { c.x = static_cast<const char*>(c.x) + 2; }) == kInvalid &&
        few([](auto& c) { c.weights.data = nullptr; }) == kInvalid &&
        few([](auto& c) { c.weights.shape.inputs = 100; }) == kUnsupported &&
        few([](auto& c) { c.weights.shape.groupSize = 96; }) == kUnsupported &&
        few([](auto& c) { c.weights.shape.codes = kernels::TileCodes::kInt6; }) == kInvalid &&
        unpacks([](auto&) {}) == StatusCode::kOk &&
        unpacks([](auto& c) { c.rows = 0; }) == StatusCode::kOk &&
        unpacks([](auto& c) { c.rows = 17; }) == kInvalid &&
        unpacks([](auto& c) { c.outStride = 120; }) == kInvalid &&
        unpacks([](auto& c) { c.outStride = 129; }) == kInvalid;
    require(cudaDeviceSynchronize(), "refusals");
    report(passed, "bad calls with packed weights", "refused with a code");
}

struct GemmSize {
    std::int64_t outputs, inputs;
};

/// Everything above for every kind. tiny: what compute-sanitizer gets through.
inline void checkGemm(const GemmLibrary& library, bool tiny, const GemmReport& report) {
    using kernels::GemmType;
    const std::vector<GemmSize> sizes =
        tiny ? std::vector<GemmSize>{{17, 256}, {40, 512}}
             : std::vector<GemmSize>{{1, 32},   {16, 128},   {17, 160},   {40, 288},   {5, 2080},
                                     {19, 256}, {300, 3584}, {33, 18944}, {1537, 512}, {250, 5120}};
    checkGemmRefusals(library, report);
    checkSpoiledProducts(library, report);
    checkFp8Rows(library, 1, 16, report);
    checkFp8Rows(library, tiny ? 5 : 37, tiny ? 48 : 3584, report);
    if (!tiny) checkFp8Rows(library, 9, 18944, report);
    std::uint32_t seed = 100;
    int turn = 0;
    for (const SampleKind& kind : sampleKinds()) {
        const bool isSuper = kernels::sourceBlock(kind.format).values == 256;
        for (const GemmSize& size : sizes) {
            if (size.inputs % (isSuper ? 256 : 32) != 0) continue;
            const std::vector<PackedSample> samples{
                PackedSample(kind, size.outputs, size.inputs, ++seed)};
            const TiledOnDevice tiled(library, samples);
            const GemmType types[] = {GemmType::kFloat32, GemmType::kBfloat16, GemmType::kFloat16};
            ++turn;
            checkFewRows(library, kind.name, samples, tiled, 1, types[turn % 3], turn % 2 == 0,
                         ++seed, report);
            checkFewRows(library, kind.name, samples, tiled, 2 + turn % 7, GemmType::kFloat32,
                         turn % 2 != 0, ++seed, report);
            checkUnpack(library, kind.name, samples, tiled, 0, size.outputs, types[turn % 3],
                        report);
            if (kind.format == kernels::SourceFormat::kFp8 && size.outputs > 5)
                checkFp8Codes(library, samples.front(), tiled, 3, size.outputs - 5, report);
            if (size.outputs > 5)
                for (const bool byIndex : {false, true})
                    checkUnpack(library, kind.name, samples, tiled, 3, size.outputs - 5,
                                GemmType::kFloat32, report, byIndex);
        }
        if (!kind.hasOrder && kind.scaleRows == 1) {  // q, k and v of odd sizes as one matrix
            const std::vector<PackedSample> parts{PackedSample(kind, 37, 512, ++seed),
                                                  PackedSample(kind, 5, 512, ++seed),
                                                  PackedSample(kind, 16, 512, ++seed)};
            const TiledOnDevice tiled(library, parts);
            checkFewRows(library, kind.name, parts, tiled, 3, GemmType::kFloat32, true, ++seed,
                         report);
            checkUnpack(library, kind.name, parts, tiled, 36, 7, GemmType::kFloat32, report);
        }
        if (!kind.hasOrder) checkFewRowsGraph(library, kind, report);
    }
}

}  // namespace reelquery::test
