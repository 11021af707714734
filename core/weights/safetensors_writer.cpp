#include "core/weights/safetensors_writer.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/error.h"

namespace reelquery {

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& file,
                                     const std::vector<WeightShape>& tensors)
    : path_(file), out_(file, std::ios::binary | std::ios::trunc) {
    nlohmann::ordered_json header;
    header["__metadata__"] = {{"format", "pt"}};
    std::int64_t offset = 0;
    for (const WeightShape& tensor : tensors) {
        const std::int64_t end = offset + tensor.values() * 2;
        header[tensor.name] = {
            {"dtype", "BF16"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    // Tensors start at a multiple of 64 bytes, which vector loads like.
    constexpr std::size_t kAlign = 64;
    while ((text.size() + sizeof(std::uint64_t)) % kAlign != 0) text.push_back(' ');
    const std::uint64_t length = text.size();
    char prefix[sizeof(length)];
    std::memcpy(prefix, &length, sizeof(length));
    out_.write(prefix, sizeof(prefix));
    out_.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!out_) fail();
}

void SafetensorsWriter::append(std::span<const std::uint16_t> values) {
    out_.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size_bytes()));
    if (!out_) fail();
}

void SafetensorsWriter::finish() {
    out_.close();
    if (!out_) fail();
}

void SafetensorsWriter::fail() const {
    throw Error(ErrorCode::kModel, path_.string() + " cannot be written",
                "check the folder's permissions and the space left on the disk");
}

}  // namespace reelquery
