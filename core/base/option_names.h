#pragma once
// How the enums of run_options.h are spelled on command lines, in reports and in files: one table
// each, read both ways.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/run_options.h"

namespace reelquery {

template <class Enum, std::size_t count>
using Spellings = std::array<std::pair<Enum, const char*>, count>;

/// The table of an enum; every value has its line.
template <class Enum>
inline constexpr int kSpellings = 0;

template <>
inline constexpr Spellings<AttentionKind, 3> kSpellings<AttentionKind> = {
    {{AttentionKind::kDense, "dense"},
     {AttentionKind::kSparse, "sparse"},
     {AttentionKind::kAuto, "auto"}}};

template <>
inline constexpr Spellings<kernels::ScorePattern, 3> kSpellings<kernels::ScorePattern> = {
    {{kernels::ScorePattern::kAntidiagonal, "antidiagonal"},
     {kernels::ScorePattern::kDiagonal, "diagonal"},
     {kernels::ScorePattern::kRandom, "random"}}};

template <>
inline constexpr Spellings<SamplingMode, 3> kSpellings<SamplingMode> = {
    {{SamplingMode::kAuto, "auto"},
     {SamplingMode::kExact, "exact"},
     {SamplingMode::kKeyframes, "keyframes"}}};

template <>
inline constexpr Spellings<DecodeChoice, 3> kSpellings<DecodeChoice> = {
    {{DecodeChoice::kAuto, "auto"},
     {DecodeChoice::kProcessor, "cpu"},
     {DecodeChoice::kCard, "card"}}};

template <>
inline constexpr Spellings<DeviceKind, 3> kSpellings<DeviceKind> = {
    {{DeviceKind::kAuto, "auto"}, {DeviceKind::kCpu, "cpu"}, {DeviceKind::kCuda, "cuda"}}};

template <>
inline constexpr Spellings<DtypeChoice, 3> kSpellings<DtypeChoice> = {
    {{DtypeChoice::kAuto, "auto"},
     {DtypeChoice::kFloat32, "float32"},
     {DtypeChoice::kBfloat16, "bfloat16"}}};

template <>
inline constexpr Spellings<WeightChoice, 4> kSpellings<WeightChoice> = {
    {{WeightChoice::kStored, "stored"},
     {WeightChoice::kFp8, "fp8"},
     {WeightChoice::kInt8, "int8"},
     {WeightChoice::kInt4, "int4"}}};

template <>
inline constexpr Spellings<KvChoice, 2> kSpellings<KvChoice> = {
    {{KvChoice::kRun, "run"}, {KvChoice::kInt8, "int8"}}};

template <class Enum>
const char* nameOf(Enum value) {
    for (const auto& [each, name] : kSpellings<Enum>)
        if (each == value) return name;
    throw Error(ErrorCode::kInternal, "a value without a name");
}

/// The value with this name, if there is one.
template <class Enum>
std::optional<Enum> named(std::string_view name) {
    for (const auto& [value, each] : kSpellings<Enum>)
        if (each == name) return value;
    return std::nullopt;
}

/// All names, in the order of the table.
template <class Enum>
std::vector<std::string> namesOf() {
    std::vector<std::string> names;
    for (const auto& line : kSpellings<Enum>) names.emplace_back(line.second);
    return names;
}

/// What --attention calls these options: "dense", "auto", else the selector's name.
inline std::string attentionKey(const AttentionOptions& options) {
    return options.kind == AttentionKind::kSparse ? options.selector.name : nameOf(options.kind);
}

}  // namespace reelquery
