#pragma once
// What every fuzz target shares: bytes as files, and what a parser may do with bad ones.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace reelquery::fuzz {

/// The bytes of one run.
inline std::string_view textOf(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// The input cut at each byte 0x1D ("group separator"): the files of a folder, in a fixed order.
std::vector<std::string> partsOf(std::string_view input);

/// A folder of this process below the temporary one (TMPDIR), the same for every run.
std::filesystem::path folder();

/// Writes a file into folder().
std::filesystem::path write(const std::string& name, std::string_view bytes);

/// Stops the process, which is a finding.
[[noreturn]] void finding(const std::string& what);

/// Runs a parser. One clear line of an Error is what bad input should come to; an internal error, a
/// message of several lines and any other exception are findings.
template <class Work>
void parse(const Work& work) {
    try {
        work();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kInternal) finding(error.what());
        if (error.message().empty()) finding("an error without a message");
        for (const char c : std::string_view(error.what())) {
            if (static_cast<unsigned char>(c) < 0x20) finding("a message of several lines");
        }
    }
}

}  // namespace reelquery::fuzz
