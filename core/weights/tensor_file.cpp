#include "core/weights/tensor_file.h"

#include "core/base/error.h"
#include "core/spec/gguf_header.h"
#include "core/weights/gguf.h"
#include "core/weights/safetensors.h"

namespace reelquery {

std::shared_ptr<const TensorFile> TensorFile::open(const std::filesystem::path& file) {
    if (isGgufFile(file)) return std::make_shared<const GgufTensorFile>(file);
    return std::make_shared<const SafetensorsFile>(file);
}

void TensorFile::fail(const std::string& what) const {
    throw Error(ErrorCode::kModel, path_.string() + ": " + what,
                "the file is damaged or incomplete; download it again");
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i ? ", " : "") + std::to_string(shape[i]);
    }
    return text + "]";
}

}  // namespace reelquery
