#include "core/weights/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/base/error.h"
#include "core/base/json_nesting.h"

namespace reelquery {

using Json = nlohmann::json;

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the format's own limit

/// Closes a descriptor at the end of a scope.
struct Descriptor {
    explicit Descriptor(int number) : value(number) {}

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    ~Descriptor() {
        if (value >= 0) ::close(value);
    }

    int value;
};

std::string systemMessage() {
    return std::generic_category().message(errno);
}

}  // namespace

FileMapping::FileMapping(const std::filesystem::path& file) {
    const auto fail = [&](const std::string& what) {
        throw Error(ErrorCode::kModel, file.string() + " cannot be read: " + what,
                    "check the model folder and its permissions");
    };
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptor.value < 0) fail(systemMessage());

    struct stat status {};

    if (::fstat(descriptor.value, &status) != 0) fail(systemMessage());
    if (!S_ISREG(status.st_mode)) fail("not a regular file");
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (size_ == 0) return;
    void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor.value, 0);
    if (address == MAP_FAILED) fail(systemMessage());
    data_ = static_cast<const std::byte*>(address);
}

FileMapping::~FileMapping() {
    if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

void FileMapping::release(std::uint64_t offset, std::uint64_t bytes) const {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t first = (offset + page - 1) / page * page;
    const std::uint64_t last = (offset + bytes) / page * page;
    if (first >= last) return;
    // Only a hint: the contents come from the file again, so failure costs memory and nothing else.
    (void)::madvise(const_cast<std::byte*>(data_) + first, last - first, MADV_DONTNEED);
}

std::shared_ptr<const SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& file) {
    return std::shared_ptr<const SafetensorsFile>(new SafetensorsFile(file));
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& file) : path_(file), mapping_(file) {
    readHeader();
    checkLayout();
}

void SafetensorsFile::readHeader() {
    if (mapping_.size() < kLengthBytes) {
        fail("cut short: " + std::to_string(mapping_.size()) + " bytes, no header");
    }
    std::uint64_t length = 0;
    std::memcpy(&length, mapping_.data(), kLengthBytes);
    if (length > kLongestHeader) fail("its header claims " + std::to_string(length) + " bytes");
    if (length > mapping_.size() - kLengthBytes) {
        fail("cut short inside the header: the file has " + std::to_string(mapping_.size()) +
             " bytes, the header " + std::to_string(length));
    }
    const auto* text = reinterpret_cast<const char*>(mapping_.data()) + kLengthBytes;
    if (nestsDeeperThan({text, length})) fail("its header nests deeper than tensors do");
    const Json header = Json::parse(text, text + length, nullptr, false);
    if (!header.is_object()) fail("its header is not a JSON object");
    const std::uint64_t dataBegin = kLengthBytes + length;
    const std::uint64_t dataBytes = mapping_.size() - dataBegin;
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
                 std::to_string(end) + ", the file has " + std::to_string(mapping_.size()));
        }
        tensor.offset = dataBegin + begin;
        tensor.bytes = end - begin;
        tensors_.emplace(name, std::move(tensor));
    }
}

void SafetensorsFile::checkLayout() const {
    std::vector<const std::pair<const std::string, StoredTensor>*> byOffset;
    for (const auto& item : tensors_) {
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

void SafetensorsFile::fail(const std::string& what) const {
    throw Error(ErrorCode::kModel, path_.string() + ": " + what,
                "the file is damaged or incomplete; download it again");
}

std::uint64_t bytesPerValue(const std::string& dtype) {
    if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
    if (dtype == "BF16" || dtype == "F16" || dtype == "I16" || dtype == "U16") return 2;
    if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
    if (dtype == "I8" || dtype == "U8" || dtype == "BOOL") return 1;
    return 0;
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i ? ", " : "") + std::to_string(shape[i]);
    }
    return text + "]";
}

}  // namespace reelquery
