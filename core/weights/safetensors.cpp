#include "core/weights/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json_nesting.h"

namespace reelquery {

using Json = nlohmann::json;

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the format's own limit

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& file) : TensorFile(file) {
    readHeader();
    checkLayout();
}

void SafetensorsFile::readHeader() {
    if (mapping().size() < kLengthBytes) {
        fail("cut short: " + std::to_string(mapping().size()) + " bytes, no header");
    }
    std::uint64_t length = 0;
    std::memcpy(&length, mapping().data(), kLengthBytes);
    if (length > kLongestHeader) fail("its header claims " + std::to_string(length) + " bytes");
    if (length > mapping().size() - kLengthBytes) {
        fail("cut short inside the header: the file has " + std::to_string(mapping().size()) +
             " bytes, the header " + std::to_string(length));
    }
    const auto* text = reinterpret_cast<const char*>(mapping().data()) + kLengthBytes;
    if (nestsDeeperThan({text, length})) fail("its header nests deeper than tensors do");
    const Json header = Json::parse(text, text + length, nullptr, false);
    if (!header.is_object()) fail("its header is not a JSON object");
    const std::uint64_t dataBegin = kLengthBytes + length;
    const std::uint64_t dataBytes = mapping().size() - dataBegin;
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") continue;
        StoredTensor tensor;
        std::uint64_t begin = 0, end = 0;
        try {
            tensor.dtype = entry.at("dtype").get<std::string>();
            for (const Json& size : entry.at("shape")) {
                if (!size.is_number_unsigned()) throw std::domain_error("size");
                tensor.shape.push_back(static_cast<std::int64_t>(size.get<std::uint64_t>()));
            }
            const Json& offsets = entry.at("data_offsets");
            if (offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
                !offsets[1].is_number_unsigned()) {
                throw std::domain_error("offsets");
            }
            begin = offsets[0].get<std::uint64_t>();
            end = offsets[1].get<std::uint64_t>();
        } catch (const std::exception&) {
            fail("its header describes " + name + " wrongly");
        }
        if (begin > end) fail("the offsets of " + name + " run backwards");
        if (end > dataBytes) {
            fail("cut short: " + name + " ends at byte " + std::to_string(dataBegin) + " + " +
                 std::to_string(end) + ", the file has " + std::to_string(mapping().size()));
        }
        tensor.offset = dataBegin + begin;
        tensor.bytes = end - begin;
        table().emplace(name, std::move(tensor));
    }
}

void SafetensorsFile::checkLayout() const {
    std::vector<const std::pair<const std::string, StoredTensor>*> byOffset;
    for (const auto& item : table()) {
        const auto& [name, tensor] = item;
        byOffset.push_back(&item);
        std::uint64_t bytes = bytesPerValue(tensor.dtype);
        if (bytes == 0) continue;  // a number type we never read
        for (const std::int64_t size : tensor.shape) {
            if (size < 0 ||
                __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
                fail("the shape " + shapeText(tensor.shape) + " of " + name + " is absurd");
            }
        }
        if (bytes != tensor.bytes) {
            fail(name + " " + shapeText(tensor.shape) + " " + tensor.dtype + " should take " +
                 std::to_string(bytes) + " bytes, has " + std::to_string(tensor.bytes));
        }
    }
    std::sort(byOffset.begin(), byOffset.end(), [](const auto* a, const auto* b) {
        return std::pair(a->second.offset, a->second.bytes) <
               std::pair(b->second.offset, b->second.bytes);
    });
    for (std::size_t i = 1; i < byOffset.size(); ++i) {
        const auto& [name, before] = *byOffset[i - 1];
        if (before.offset + before.bytes > byOffset[i]->second.offset) {
            fail(name + " and " + byOffset[i]->first + " overlap");
        }
    }
}

std::uint64_t bytesPerValue(const std::string& dtype) {
    if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
    if (dtype == "BF16" || dtype == "F16" || dtype == "I16" || dtype == "U16") return 2;
    if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
    if (dtype == "I8" || dtype == "U8" || dtype == "BOOL" || dtype.starts_with("F8_")) return 1;
    return 0;
}

}  // namespace reelquery
