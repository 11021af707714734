#pragma once
// A key/value cache of 8 bits on a device: packing, unpacking, and decoding over it, against plain
// loops in double precision.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/gpu/bfloat16_bits.h"
#include "tests/gpu/device_memory.h"
#include "tests/gpu/gemm_check.cuh"
#include "tests/gpu/row_verdict.h"

namespace reelquery::test {

struct Int8Token {
    std::vector<int> codes;
    float scale = 0;
};

/// What a token's values of a head become.
inline Int8Token packedToken(const std::vector<float>& values) {
    float largest = 0;
    bool isFinite = true;
    for (const float value : values) {
        if (!std::isfinite(value)) isFinite = false;
        largest = std::max(largest, std::abs(value));
    }
    Int8Token token;
    if (!isFinite) token.scale = std::nanf("");
    const bool isZero = !isFinite || largest < 0x1p-100f;
    if (!isZero) token.scale = largest / 127;
    for (const float value : values)
        token.codes.push_back(isZero ? 0
                                     : static_cast<int>(std::nearbyint(value * (127 / largest))));
    return token;
}

/// Keys or values on host and device: [heads, capacity, D].
struct Int8Side {
    int heads, dim;
    std::int64_t capacity, scaleStride;
    std::vector<std::int8_t> codes;
    std::vector<float> scales;
    DeviceArray<std::int8_t> deviceCodes;
    DeviceArray<float> deviceScales;

    Int8Side(int headCount, int headDim, std::int64_t tokens)
        : heads(headCount), dim(headDim), capacity(tokens), scaleStride((tokens + 3) / 4 * 4) {
        deviceCodes = DeviceArray<std::int8_t>(static_cast<std::size_t>(heads * capacity * dim));
        deviceScales = DeviceArray<float>(static_cast<std::size_t>(heads * scaleStride));
        deviceCodes.fill(0x55);
        deviceScales.fill(0xff);  // NaN behind the held tokens
    }

    kernels::Int8Heads get() const {
        return {deviceCodes.get(), capacity * dim, dim, deviceScales.get(), scaleStride};
    }

    void read() {
        codes = deviceCodes.toHost();
        scales = deviceScales.toHost();
    }

    double at(int head, std::int64_t token, int d) const {
        return static_cast<double>(
                   codes[static_cast<std::size_t>((head * capacity + token) * dim + d)]) *
               scales[static_cast<std::size_t>(head * scaleStride + token)];
    }
};

struct Int8Case {
    int heads, kvHeads, dim;
    std::int64_t held, spare;
    bool full = false;  // `held` says that nothing is free
    float bias = 0;     // norm of what is added to every key
};

/// Random tokens packed into a cache; the packing and unpacking of them checked on the way.
inline void fillInt8(const GemmLibrary& library, Int8Side& side, std::int64_t tokens, float bias,
                     std::uint32_t seed, std::vector<float>& plain, const GemmReport& report) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> offset;
    double norm = 0;
    for (int i = 0; i < side.heads * side.dim; ++i) {
        offset.push_back(normal(random) * (i % 16 == 3 ? 8.f : 1.f));
        norm += static_cast<double>(offset.back()) * offset.back() / side.heads;
    }
    std::vector<std::uint16_t> rows;
    for (int head = 0; head < side.heads; ++head)
        for (std::int64_t token = 0; token < tokens; ++token)
            for (int d = 0; d < side.dim; ++d)
                rows.push_back(toBits(normal(random) +
                                      bias / static_cast<float>(std::sqrt(norm)) *
                                          offset[static_cast<std::size_t>(head * side.dim + d)]));
    plain.clear();
    for (const std::uint16_t bits : rows) plain.push_back(toFloat(bits));
    if (tokens == 0) return;
    DeviceArray<std::uint16_t> device(rows), back(rows.size());
    kernels::CudaInt8Tokens call;
    call.heads = side.heads;
    call.headDim = side.dim;
    call.tokens = tokens;
    call.plain = {device.get(), tokens * side.dim, side.dim};
    call.packed = side.get();
    // In two runs, the second from a token in the middle.
    const std::int64_t first = tokens / 3;
    call.tokens = first;
    kernels::Status status = library.int8Pack(&call, nullptr);
    call.tokens = tokens - first;
    call.plain.data = device.get() + first * side.dim;
    call.packed.codes += first * side.dim;
    call.packed.scales += first;
    if (status.ok()) status = library.int8Pack(&call, nullptr);
    call.tokens = tokens;
    call.plain.data = back.get();
    call.packed = side.get();
    back.fill(0xff);
    if (status.ok()) status = library.int8Unpack(&call, nullptr);
    require(cudaDeviceSynchronize(), "packing tokens");
    side.read();
    const std::vector<std::uint16_t> unpacked = back.toHost();
    std::int64_t wrong = 0, strayed = 0;
    for (int head = 0; head < side.heads; ++head)
        for (std::int64_t token = 0; token < side.capacity; ++token) {
            const auto at = static_cast<std::size_t>((head * side.capacity + token) * side.dim);
            const float scale =
                side.scales[static_cast<std::size_t>(head * side.scaleStride + token)];
            if (token >= tokens) {
                for (int d = 0; d < side.dim; ++d)
                    strayed += side.codes[at + static_cast<std::size_t>(d)] != 0x55;
                strayed += !std::isnan(scale);
                continue;
            }
            const auto from = static_cast<std::size_t>((head * tokens + token) * side.dim);
            const Int8Token want =
                packedToken({plain.begin() + static_cast<std::ptrdiff_t>(from),
                             plain.begin() + static_cast<std::ptrdiff_t>(from) + side.dim});
            wrong += scale != want.scale;
            for (int d = 0; d < side.dim; ++d) {
                const int code = want.codes[static_cast<std::size_t>(d)];
                wrong += side.codes[at + static_cast<std::size_t>(d)] != code;
                wrong += unpacked[from + static_cast<std::size_t>(d)] !=
                         toBits(static_cast<float>(code) * want.scale);
            }
        }
    char what[120], figures[120];
    std::snprintf(what, sizeof what, "8-bit tokens, %d heads x %lld x %d", side.heads,
                  static_cast<long long>(tokens), side.dim);
    std::snprintf(figures, sizeof figures, "wrong %lld, strayed %lld %s",
                  static_cast<long long>(wrong), static_cast<long long>(strayed), status.message);
    report(status.ok() && wrong == 0 && strayed == 0, what, figures);
}

/// A cache of held tokens gets one more. relative: where to put the error against the same
/// attention without rounding to 8 bits, or null.
inline void checkInt8Decode(const GemmLibrary& library, const Int8Case& c, std::uint32_t seed,
                            const GemmReport& report, double* relative = nullptr) {
    const std::int64_t filled = std::max<std::int64_t>(c.held, c.full ? 1 : 0);
    const std::int64_t capacity = c.full ? filled : c.held + c.spare;
    const std::int64_t held = c.full ? capacity + seed % 3 : c.held;
    const std::int64_t seen = std::min(held + 1, capacity);
    const int group = c.heads / c.kvHeads, half = c.dim / 2;
    Int8Side keys(c.kvHeads, c.dim, capacity), values(c.kvHeads, c.dim, capacity);
    std::vector<float> plainKeys, plainValues;
    fillInt8(library, keys, filled, c.bias, seed, plainKeys, report);
    fillInt8(library, values, filled, 0, seed + 1, plainValues, report);

    std::mt19937 random(seed + 2);
    std::normal_distribution<float> normal;
    const auto makeRows = [&](int rows) {
        std::vector<std::uint16_t> bits;
        for (int i = 0; i < rows * c.dim; ++i) bits.push_back(toBits(normal(random)));
        return bits;
    };
    const auto q = makeRows(c.heads), k = makeRows(c.kvHeads), v = makeRows(c.kvHeads);
    std::vector<float> cos, sin;
    for (int i = 0; i < half; ++i) {
        cos.push_back(static_cast<float>(std::cos(0.7 * i + 0.1)));
        sin.push_back(static_cast<float>(std::sin(0.7 * i + 0.1)));
    }
    const auto turned = [&](const std::vector<std::uint16_t>& rows, int row, int d) {
        const auto angle = static_cast<std::size_t>(d % half),
                   at = static_cast<std::size_t>(row * c.dim) + angle;
        const float first = toFloat(rows[at]),
                    second = toFloat(rows[at + static_cast<std::size_t>(half)]);
        return d < half ? std::fma(-second, sin[angle], first * cos[angle])
                        : std::fma(first, sin[angle], second * cos[angle]);
    };
    const DeviceArray<std::uint16_t> deviceQ(q), deviceK(k), deviceV(v);
    const DeviceArray<float> deviceCos(cos), deviceSin(sin);
    const DeviceArray<std::int64_t> deviceHeld(std::vector<std::int64_t>{held});
    DeviceArray<std::uint16_t> out(static_cast<std::size_t>(c.heads * c.dim + 8));
    kernels::CudaInt8DecodeInputs call;
    call.shape = {c.heads,
                  c.kvHeads,
                  c.dim,
                  1,
                  capacity,
                  true,
                  1 / std::sqrt(static_cast<float>(c.dim)),
                  kernels::Dtype::kBfloat16};
    call.q = deviceQ.get();
    call.k = deviceK.get();
    call.v = deviceV.get();
    call.cos = deviceCos.get();
    call.sin = deviceSin.get();
    call.keys = keys.get();
    call.values = values.get();
    call.held = deviceHeld.get();
    call.out = out.get();
    DeviceArray<char> workspace(library.decodeWorkspaceBytes(&call.shape));
    kernels::Status status;
    std::vector<std::uint16_t> got, before;
    for (int run = 0; run < 2 && status.ok(); ++run) {
        out.fill(0xff);
        workspace.fill(run ? 0xff : 0x7b);
        status = library.int8Decode(&call, {workspace.get(), workspace.size()}, nullptr);
        require(cudaDeviceSynchronize(), "decoding over 8 bits");
        before = got;
        got = out.toHost();
    }
    const std::vector<std::int8_t> oldKeys = keys.codes, oldValues = values.codes;
    keys.read();
    values.read();
    std::int64_t strayed = got != before, wrongRows = 0;
    for (std::size_t i = static_cast<std::size_t>(c.heads * c.dim); i < got.size(); ++i)
        strayed += got[i] != 0xffff;
    for (int head = 0; head < c.kvHeads; ++head) {
        if (held >= capacity) break;
        std::vector<float> newKey, newValue;
        for (int d = 0; d < c.dim; ++d) {
            newKey.push_back(turned(k, head, d));
            newValue.push_back(toFloat(v[static_cast<std::size_t>(head * c.dim + d)]));
        }
        for (Int8Side* side : {&keys, &values}) {
            const Int8Token want = packedToken(side == &keys ? newKey : newValue);
            strayed += side->scales[static_cast<std::size_t>(head * side->scaleStride + held)] !=
                       want.scale;
            for (int d = 0; d < c.dim; ++d)
                strayed +=
                    side->codes[static_cast<std::size_t>((head * capacity + held) * c.dim + d)] !=
                    want.codes[static_cast<std::size_t>(d)];
        }
        plainKeys.insert(plainKeys.end(), newKey.begin(), newKey.end());
        plainValues.insert(plainValues.end(), newValue.begin(), newValue.end());
    }
    for (std::size_t i = 0; i < oldKeys.size() && held >= capacity; ++i)
        strayed += keys.codes[i] != oldKeys[i] || values.codes[i] != oldValues[i];

    double worst = 0, errors = 0, sizes = 0;
    for (int head = 0; head < c.heads && status.ok(); ++head) {
        const int kv = head / group;
        const auto attend = [&](const auto& key, const auto& value, bool rounds) {
            std::vector<double> scores;
            double top = -INFINITY;
            for (std::int64_t token = 0; token < seen; ++token) {
                double score = 0;
                for (int d = 0; d < c.dim; ++d)
                    score +=
                        static_cast<double>(toFloat(toBits(turned(q, head, d)))) * key(token, d);
                scores.push_back(score / std::sqrt(static_cast<double>(c.dim)));
                top = std::max(top, scores.back());
            }
            std::vector<double> sums(static_cast<std::size_t>(c.dim), 0.0);
            double total = 0;
            for (std::int64_t token = 0; token < seen; ++token) {
                const double weight = std::exp(scores[static_cast<std::size_t>(token)] - top);
                total += weight;
                const double scale =
                    values.scales[static_cast<std::size_t>(kv * values.scaleStride + token)];
                // What a weight is when it meets the values: rounded together with their scale.
                const double rounded =
                    rounds && scale != 0
                        ? toFloat(toBits(static_cast<float>(weight * scale))) / scale
                        : weight;
                for (int d = 0; d < c.dim; ++d)
                    sums[static_cast<std::size_t>(d)] += rounded * value(token, d);
            }
            for (double& sum : sums)
                sum = rounds ? toFloat(toBits(static_cast<float>(sum / total))) : sum / total;
            return sums;
        };
        const auto key = [&](std::int64_t token, int d) { return keys.at(kv, token, d); };
        const auto value = [&](std::int64_t token, int d) { return values.at(kv, token, d); };
        const std::vector<double> exact = attend(key, value, false),
                                  rounded = attend(key, value, true);
        const auto own = [&](int d) {
            return static_cast<double>(toFloat(got[static_cast<std::size_t>(head * c.dim + d)]));
        };
        const RowVerdict verdict = judgeRow(own, exact.data(), rounded.data(), c.dim);
        wrongRows += !verdict.passed;
        worst = std::max(worst, verdict.error / (verdict.yardstick + 1e-12));
        if (!relative) continue;
        // The same without rounding the cache; the new token stands behind all heads' held ones.
        const auto plainAt = [&](const std::vector<float>& plain, std::int64_t token, int d) {
            const std::int64_t at = token < filled ? (kv * filled + token) * c.dim + d
                                                   : (c.kvHeads * filled + kv) * c.dim + d;
            return static_cast<double>(plain[static_cast<std::size_t>(at)]);
        };
        const std::vector<double> want = attend(
            [&](std::int64_t token, int d) { return plainAt(plainKeys, token, d); },
            [&](std::int64_t token, int d) { return plainAt(plainValues, token, d); }, false);
        for (int d = 0; d < c.dim; ++d) {
            const auto i = static_cast<std::size_t>(d);
            errors += (exact[i] - want[i]) * (exact[i] - want[i]);
            sizes += want[i] * want[i];
        }
    }
    if (relative) *relative = std::sqrt(errors / sizes);
    char what[120], figures[120];
    std::snprintf(what, sizeof what, "8-bit decoding %d/%d heads, D%d, held %lld of %lld", c.heads,
                  c.kvHeads, c.dim, static_cast<long long>(held), static_cast<long long>(capacity));
    std::snprintf(figures, sizeof figures,
                  "worst %.2f of a row's yardstick, wrong rows %lld, strayed %lld %s", worst,
                  static_cast<long long>(wrongRows), static_cast<long long>(strayed),
                  status.message);
    report(status.ok() && wrongRows == 0 && strayed == 0, what, figures);
}

inline void checkInt8Cache(const GemmLibrary& library, bool tiny, const GemmReport& report) {
    std::uint32_t seed = 500;
    for (const int dim : {64, 128}) {
        std::vector<Int8Case> cases{{7, 1, dim, 0, 5},    {4, 2, dim, 1, 1},
                                    {6, 1, dim, 63, 7},   {2, 2, dim, 64, 64},
                                    {32, 1, dim, 130, 3}, {3, 1, dim, 90, 0, true}};
        if (!tiny)
            for (const Int8Case& c : std::vector<Int8Case>{{28, 4, dim, 1000, 5},
                                                           {12, 2, dim, 8191, 30},
                                                           {28, 4, dim, 6335, 2},
                                                           {2, 1, dim, 20001, 9},
                                                           {5, 5, dim, 191, 1},
                                                           {14, 2, dim, 255, 1}})
                cases.push_back(c);
        for (const Int8Case& c : cases) checkInt8Decode(library, c, ++seed, report);
    }
    // What 8 bits cost: below 1 % where keys have no large bias; with Qwen2's more, which is why
    // such layers stay bf16.
    double without = 0, with = 0;
    checkInt8Decode(library, {14, 2, 128, tiny ? 100 : 2000, 3}, 900, report, &without);
    checkInt8Decode(library, {14, 2, 128, tiny ? 100 : 2000, 3, false, 800}, 901, report, &with);
    char figures[120];
    std::snprintf(figures, sizeof figures, "%.2f %%, with a bias of norm 800 %.2f %%",
                  without * 100, with * 100);
    report(without <= 0.01, "8-bit cache, relative error of the attention", figures);
}

}  // namespace reelquery::test
