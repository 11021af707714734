#include "core/spec/gguf_header.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <utility>

#include "core/base/error.h"
#include "core/base/mapped_file.h"

namespace reelquery {

namespace {

static_assert(std::endian::native == std::endian::little, "GGUF files are read as they lie");

constexpr std::array<char, 4> kMagic = {'G', 'G', 'U', 'F'};
constexpr std::uint64_t kMostEntries = 1 << 20;  // tensors, keys
constexpr std::uint64_t kMostItems = 1 << 24;    // of an array
constexpr std::uint64_t kLongestName = 1 << 16;
constexpr std::int64_t kMostSide = std::int64_t{1} << 40;
constexpr std::uint32_t kMostDims = 4;

struct TypeFacts {
    std::uint32_t number;
    const char* name;
    std::uint64_t values, bytes;  // of a block; 0: only the name is known
};

constexpr std::array<TypeFacts, 37> kTypes = {{
    {0, "F32", 1, 4},       {1, "F16", 1, 2},       {2, "Q4_0", 32, 18},    {3, "Q4_1", 32, 20},
    {4, "Q4_2", 0, 0},      {5, "Q4_3", 0, 0},      {6, "Q5_0", 32, 22},    {7, "Q5_1", 32, 24},
    {8, "Q8_0", 32, 34},    {9, "Q8_1", 0, 0},      {10, "Q2_K", 0, 0},     {11, "Q3_K", 0, 0},
    {12, "Q4_K", 256, 144}, {13, "Q5_K", 256, 176}, {14, "Q6_K", 256, 210}, {15, "Q8_K", 0, 0},
    {16, "IQ2_XXS", 0, 0},  {17, "IQ2_XS", 0, 0},   {18, "IQ3_XXS", 0, 0},  {19, "IQ1_S", 0, 0},
    {20, "IQ4_NL", 0, 0},   {21, "IQ3_S", 0, 0},    {22, "IQ2_S", 0, 0},    {23, "IQ4_XS", 0, 0},
    {24, "I8", 1, 1},       {25, "I16", 1, 2},      {26, "I32", 1, 4},      {27, "I64", 1, 8},
    {28, "F64", 1, 8},      {29, "IQ1_M", 0, 0},    {30, "BF16", 1, 2},     {31, "Q4_0_4_4", 0, 0},
    {32, "Q4_0_4_8", 0, 0}, {33, "Q4_0_8_8", 0, 0}, {34, "TQ1_0", 0, 0},    {35, "TQ2_0", 0, 0},
    {39, "MXFP4", 0, 0},
}};

/// The value types of keys.
enum ValueType : std::uint32_t {
    kU8,
    kI8,
    kU16,
    kI16,
    kU32,
    kI32,
    kF32,
    kBool,
    kString,
    kArray,
    kU64,
    kI64,
    kF64
};

std::string typeName(std::uint32_t number) {
    for (const TypeFacts& facts : kTypes) {
        if (facts.number == number) return facts.name;
    }
    return "type " + std::to_string(number);
}

/// Reads front to back and never beyond the end.
class Reader {
  public:
    Reader(const std::byte* data, std::uint64_t size, GgufHeader& header)
        : data_(data), size_(size), header_(header) {}

    template <class T>
    T number() {
        T value{};
        need(sizeof value);
        std::memcpy(&value, data_ + at_, sizeof value);
        at_ += sizeof value;
        return value;
    }

    std::string text(std::uint64_t longest) {
        const auto length = number<std::uint64_t>();
        if (length > longest) header_.fail("a text claims " + std::to_string(length) + " bytes");
        need(length);
        std::string value(reinterpret_cast<const char*>(data_ + at_), length);
        at_ += length;
        return value;
    }

    GgufValue value(std::uint32_t type, const std::string& key) {
        if (type == kString) return text(left());
        if (type == kArray) return array(key);
        if (type == kF32 || type == kF64) return real(type);
        return whole(type, key);
    }

    std::uint64_t at() const { return at_; }

    std::uint64_t left() const { return size_ - at_; }

  private:
    void need(std::uint64_t bytes) const {
        if (bytes > left()) {
            header_.fail("cut short inside its header, at byte " + std::to_string(at_) + " of " +
                         std::to_string(size_));
        }
    }

    double real(std::uint32_t type) {
        return type == kF64 ? number<double>() : static_cast<double>(number<float>());
    }

    std::int64_t whole(std::uint32_t type, const std::string& key) {
        switch (type) {
            case kU8:
            case kBool:
                return number<std::uint8_t>();
            case kI8:
                return number<std::int8_t>();
            case kU16:
                return number<std::uint16_t>();
            case kI16:
                return number<std::int16_t>();
            case kU32:
                return number<std::uint32_t>();
            case kI32:
                return number<std::int32_t>();
            case kU64:
            case kI64:
                return number<std::int64_t>();
            default:
                header_.fail("the key " + key + " has the unknown type " + std::to_string(type));
        }
    }

    GgufValue array(const std::string& key) {
        const auto type = number<std::uint32_t>();
        const auto count = number<std::uint64_t>();
        // Every item takes at least a byte, a text at least its length.
        if (count > kMostItems || count > left() || (type == kString && count > left() / 8)) {
            header_.fail("the key " + key + " claims " + std::to_string(count) + " items");
        }
        if (type == kArray) header_.fail("the key " + key + " is an array of arrays");
        const auto items = [&](auto read) {
            std::vector<decltype(read())> list;
            list.reserve(count);
            for (std::uint64_t i = 0; i < count; ++i) list.push_back(read());
            return list;
        };
        if (type == kString) return items([&] { return text(left()); });
        if (type == kF32 || type == kF64) return items([&] { return real(type); });
        return items([&] { return whole(type, key); });
    }

    const std::byte* data_;
    std::uint64_t size_, at_ = 0;
    GgufHeader& header_;
};

GgufTensor readTensor(Reader& reader, const GgufHeader& header, const std::string& name) {
    GgufTensor tensor;
    const auto dims = reader.number<std::uint32_t>();
    if (dims == 0 || dims > kMostDims) {
        header.fail(name + " has " + std::to_string(dims) + " dimensions");
    }
    std::uint64_t values = 1;
    for (std::uint32_t i = 0; i < dims; ++i) {
        const auto side = reader.number<std::uint64_t>();
        if (side == 0 || side > static_cast<std::uint64_t>(kMostSide) ||
            __builtin_mul_overflow(values, side, &values)) {
            header.fail("the shape of " + name + " is absurd");
        }
        // The file names the side that lies together first.
        tensor.shape.insert(tensor.shape.begin(), static_cast<std::int64_t>(side));
    }
    tensor.type = typeName(reader.number<std::uint32_t>());
    tensor.offset = reader.number<std::uint64_t>();
    if (values > std::numeric_limits<std::uint64_t>::max() / 256) {
        header.fail("the shape of " + name + " is absurd");
    }
    const auto row = static_cast<std::uint64_t>(tensor.shape.back());
    tensor.bytes = ggufBytes(tensor.type, row) * (values / row);
    const bool isKnown = ggufBytes(tensor.type, 256) > 0;
    if (isKnown && tensor.bytes == 0) {
        header.fail("the rows of " + name + " (" + std::to_string(row) +
                    " values) are not whole blocks of " + tensor.type);
    }
    return tensor;
}

/// Tensors lie inside the file, one behind the other.
void checkLayout(const GgufHeader& header, std::uint64_t size) {
    std::vector<const std::pair<const std::string, GgufTensor>*> byOffset;
    for (const auto& item : header.tensors) byOffset.push_back(&item);
    std::sort(byOffset.begin(), byOffset.end(),
              [](const auto* a, const auto* b) { return a->second.offset < b->second.offset; });
    std::uint64_t end = 0;
    for (const auto* item : byOffset) {
        const auto& [name, tensor] = *item;
        if (tensor.offset > size || tensor.bytes > size - tensor.offset) {
            header.fail("cut short: " + name + " needs " + std::to_string(tensor.bytes) +
                        " bytes from byte " + std::to_string(tensor.offset) + ", the file has " +
                        std::to_string(size));
        }
        if (tensor.offset < end) header.fail(name + " overlaps the tensor before it");
        end = tensor.offset + tensor.bytes;
    }
}

}  // namespace

void GgufHeader::fail(const std::string& what) const {
    throw Error(ErrorCode::kModel, file.string() + ": " + what,
                "the file is damaged, incomplete or of a kind that is not supported; download it "
                "again or take another");
}

std::int64_t GgufHeader::integer(const std::string& key, std::int64_t low,
                                 std::int64_t high) const {
    if (!has(key)) fail("the key " + key + " is missing");
    const auto* value = std::get_if<std::int64_t>(&values.at(key));
    if (!value || *value < low || *value > high) {
        fail("the key " + key + " is not a whole number from " + std::to_string(low) + " to " +
             std::to_string(high));
    }
    return *value;
}

std::int64_t GgufHeader::integer(const std::string& key, std::int64_t low, std::int64_t high,
                                 std::int64_t fallback) const {
    return has(key) ? integer(key, low, high) : fallback;
}

double GgufHeader::positive(const std::string& key) const {
    if (!has(key)) fail("the key " + key + " is missing");
    const auto* value = std::get_if<double>(&values.at(key));
    if (!value || !std::isfinite(*value) || *value <= 0) {
        fail("the key " + key + " is not a number above 0");
    }
    return *value;
}

std::string GgufHeader::text(const std::string& key, const std::string& fallback) const {
    if (!has(key)) return fallback;
    const auto* value = std::get_if<std::string>(&values.at(key));
    if (!value) fail("the key " + key + " is not a text");
    return *value;
}

std::vector<std::int64_t> GgufHeader::integers(const std::string& key) const {
    if (!has(key)) return {};
    const GgufValue& value = values.at(key);
    if (const auto* one = std::get_if<std::int64_t>(&value)) return {*one};
    const auto* list = std::get_if<std::vector<std::int64_t>>(&value);
    if (!list) fail("the key " + key + " is not an array of whole numbers");
    return *list;
}

std::vector<double> GgufHeader::numbers(const std::string& key) const {
    if (!has(key)) return {};
    const auto* list = std::get_if<std::vector<double>>(&values.at(key));
    if (!list) fail("the key " + key + " is not an array of numbers");
    return *list;
}

const std::vector<std::string>& GgufHeader::texts(const std::string& key) const {
    static const std::vector<std::string> kNone;
    if (!has(key)) return kNone;
    const auto* list = std::get_if<std::vector<std::string>>(&values.at(key));
    if (!list) fail("the key " + key + " is not an array of texts");
    return *list;
}

GgufHeader parseGgufHeader(const std::byte* data, std::uint64_t size,
                           const std::filesystem::path& file) {
    GgufHeader header;
    header.file = file;
    Reader reader(data, size, header);
    const auto magic = reader.number<std::array<char, 4>>();
    if (magic != kMagic) header.fail("it does not begin as GGUF files do");
    const auto version = reader.number<std::uint32_t>();
    if (version != 2 && version != 3) {
        header.fail("GGUF version " + std::to_string(version) + " is not known (2 and 3 are)");
    }
    const auto tensors = reader.number<std::uint64_t>(), pairs = reader.number<std::uint64_t>();
    if (tensors > kMostEntries || pairs > kMostEntries) {
        header.fail("its header claims " + std::to_string(tensors) + " tensors and " +
                    std::to_string(pairs) + " keys");
    }
    for (std::uint64_t i = 0; i < pairs; ++i) {
        std::string key = reader.text(kLongestName);
        const auto type = reader.number<std::uint32_t>();
        GgufValue value = reader.value(type, key);
        if (!header.values.emplace(key, std::move(value)).second) {
            header.fail("the key " + key + " comes twice");
        }
    }
    for (std::uint64_t i = 0; i < tensors; ++i) {
        const std::string name = reader.text(kLongestName);
        GgufTensor tensor = readTensor(reader, header, name);
        if (!header.tensors.emplace(name, std::move(tensor)).second) {
            header.fail(name + " is stored twice");
        }
    }
    const auto alignment = static_cast<std::uint64_t>(
        header.integer("general.alignment", 1, std::int64_t{1} << 20, 32));
    const std::uint64_t begin = (reader.at() + alignment - 1) / alignment * alignment;
    for (auto& [name, tensor] : header.tensors) {
        if (tensor.offset % alignment != 0)
            header.fail("the offset of " + name + " is not aligned");
        if (__builtin_add_overflow(tensor.offset, begin, &tensor.offset)) {
            header.fail("the offset of " + name + " is absurd");
        }
    }
    checkLayout(header, size);
    return header;
}

GgufHeader readGgufHeader(const std::filesystem::path& file) {
    const FileMapping mapping(file);
    return parseGgufHeader(mapping.data(), mapping.size(), file);
}

bool isGgufFile(const std::filesystem::path& file) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(file, failed)) return false;
    std::ifstream in(file, std::ios::binary);
    std::array<char, 4> magic{};
    return in.read(magic.data(), magic.size()) && magic == kMagic;
}

std::uint64_t ggufBytes(const std::string& type, std::uint64_t values) {
    for (const TypeFacts& facts : kTypes) {
        if (facts.name != type || facts.values == 0) continue;
        return values % facts.values == 0 ? values / facts.values * facts.bytes : 0;
    }
    return 0;
}

}  // namespace reelquery
