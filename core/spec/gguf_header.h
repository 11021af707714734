#pragma once
// The front of a GGUF file: keys with values and the table of tensors.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace reelquery {

/// Whole numbers and booleans, floats, texts, and arrays of each.
using GgufValue = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>,
                               std::vector<double>, std::vector<std::string>>;

struct GgufTensor {
    std::string type;                 ///< "F32", "Q4_K"; "type 77" for an unknown number
    std::vector<std::int64_t> shape;  ///< rows first, as everywhere but in the file
    std::uint64_t offset = 0;         ///< from the start of the file
    std::uint64_t bytes = 0;          ///< 0 for types whose size is not known here
};

struct GgufHeader {
    std::filesystem::path file;
    std::map<std::string, GgufValue> values;
    std::map<std::string, GgufTensor> tensors;

    bool has(const std::string& key) const { return values.contains(key); }

    /// Values by key; those without a fallback must be there. Errors: kModel naming file and key
    /// (missing, of another type, outside of low..high).
    std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high) const;
    std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high,
                         std::int64_t fallback) const;
    double positive(const std::string& key) const;
    std::string text(const std::string& key, const std::string& fallback) const;
    /// Empty where absent. A single number counts as an array of one.
    std::vector<std::int64_t> integers(const std::string& key) const;
    std::vector<double> numbers(const std::string& key) const;
    const std::vector<std::string>& texts(const std::string& key) const;

    [[noreturn]] void fail(const std::string& what) const;
};

/// Parses and checks the front of a file that lies in memory: counts, lengths, types, that every
/// tensor's bytes lie inside the file, begin aligned and do not overlap. Reads no tensor.
/// Errors: kModel naming the file and what is wrong.
GgufHeader parseGgufHeader(const std::byte* data, std::uint64_t size,
                           const std::filesystem::path& file);

/// parseGgufHeader of a mapped file.
GgufHeader readGgufHeader(const std::filesystem::path& file);

/// Whether a file begins as GGUF files do; false where it cannot be read.
bool isGgufFile(const std::filesystem::path& file);

/// Bytes of this many values of a GGUF type; 0 for a type that is not known or a number that is not
/// whole blocks.
std::uint64_t ggufBytes(const std::string& type, std::uint64_t values);

}  // namespace reelquery
