#include "core/weights/gguf.h"

#include "core/spec/gguf_header.h"

namespace reelquery {

GgufTensorFile::GgufTensorFile(const std::filesystem::path& file) : TensorFile(file) {
    const GgufHeader header = parseGgufHeader(mapping().data(), mapping().size(), file);
    for (const auto& [name, tensor] : header.tensors) {
        table().emplace(name, StoredTensor{tensor.type, tensor.shape, tensor.offset, tensor.bytes});
    }
}

}  // namespace reelquery
