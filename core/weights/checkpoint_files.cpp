#include "core/weights/checkpoint_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/file_exists.h"
#include "core/spec/gguf_files.h"
#include "core/spec/gguf_names.h"
#include "core/spec/json_fields.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";
const std::string kWeight = ".weight";

/// Shard names of an index, each with the tensors it should hold.
std::map<std::string, std::vector<std::string>> readIndex(const fs::path& file) {
    const nlohmann::json json = parseJsonFile(file);
    const JsonFields top({&json}, file.string());
    const nlohmann::json* map = top.find("weight_map");
    if (!map || !map->is_object() || map->empty()) {
        top.fail("weight_map", "an object of tensor and file names");
    }
    std::map<std::string, std::vector<std::string>> shards;
    for (const auto& [tensor, shard] : map->items()) {
        const std::string name = shard.is_string() ? shard.get<std::string>() : "";
        // A name that leaves the folder has no business in an index.
        constexpr std::size_t kLongestName = 255;  // of a file, on any system
        if (name.empty() || name.size() > kLongestName || fs::path(name).filename() != name) {
            top.fail("weight_map", "plain file names");
        }
        shards[name].push_back(tensor);
    }
    return shards;
}

std::string moduleOf(const std::string& name) {
    return name.ends_with(kWeight) ? name.substr(0, name.size() - kWeight.size()) : std::string();
}

/// Whether a stored tensor is a weight that changes answers: not a table that can be reckoned, a
/// scale of activations, or a bias of zeros as packers and converters add them.
bool isEffectiveWeight(const std::string& name, const TensorPlace& place) {
    const auto endsWith = [&name](const char* end) { return name.ends_with(end); };
    if (endsWith(".bias")) {
        return std::any_of(place.data(), place.data() + place.tensor->bytes,
                           [](std::byte byte) { return byte != std::byte{0}; });
    }
    return endsWith(".weight") || endsWith(".qweight") || endsWith(".weight_packed");
}

/// The shape that pieces make together; empty where they do not fit each other.
std::vector<std::int64_t> joinedShape(const CheckpointFiles::Pieces& pieces) {
    std::vector<std::int64_t> shape = pieces.places.front().tensor->shape;
    for (std::size_t i = 1; i < pieces.places.size(); ++i) {
        const auto& next = pieces.places[i].tensor->shape;
        const bool fits = next.size() == shape.size() &&
                          std::equal(next.begin() + (pieces.isFramePair ? 0 : 1), next.end(),
                                     shape.begin() + (pieces.isFramePair ? 0 : 1));
        if (!fits) return {};
        if (!pieces.isFramePair) shape.front() += next.front();
    }
    if (!pieces.isFramePair) return shape;
    if (shape.size() != 4) return {};
    shape.insert(shape.begin() + 2, static_cast<std::int64_t>(pieces.places.size()));
    return shape;
}

}  // namespace

at::ScalarType plainType(const std::string& dtype) {
    if (dtype == "BF16") return at::kBFloat16;
    if (dtype == "F16") return at::kHalf;
    if (dtype == "F32") return at::kFloat;
    return at::ScalarType::Undefined;
}

bool staysPacked(const std::string& module) {
    return !module.starts_with("visual.");
}

void CheckpointFiles::fail(const std::string& what) const {
    throw Error(ErrorCode::kModel, folder.string() + ": " + what,
                "the model folder is incomplete or damaged; download the model again");
}

void CheckpointFiles::openFile(const fs::path& file) {
    if (!fileExists(file)) fail("the weight file " + file.filename().string() + " is missing");
    files.push_back(TensorFile::open(file));
}

void CheckpointFiles::openFolder() {
    const auto open = [&](const std::string& name) {
        openFile(folder / name);
        for (const auto& [stored, tensor] : files.back()->tensors()) {
            const bool isNew =
                byName.emplace(hubWeightName(stored), TensorPlace{files.back(), &tensor}).second;
            if (!isNew) fail(stored + " is stored twice");
        }
    };
    if (fileExists(folder / kSingleFile)) {
        open(kSingleFile);
    } else if (fileExists(folder / kIndexFile)) {
        const auto shards = readIndex(folder / kIndexFile);
        // All names first: a missing shard is the likelier trouble and the cheaper one to see.
        for (const auto& [shard, tensors] : shards) {
            if (!fileExists(folder / shard)) fail("the weight file " + shard + " is missing");
        }
        for (const auto& [shard, tensors] : shards) {
            open(shard);
            for (const std::string& tensor : tensors) {
                if (!files.back()->tensors().contains(tensor)) {
                    fail(shard + " lacks " + tensor + ", which the index promises");
                }
            }
        }
    } else {
        fail(std::string("neither ") + kSingleFile + " nor " + kIndexFile + " is there");
    }
}

void CheckpointFiles::openGguf(const ModelConfig& config, const fs::path& visionFile) {
    std::map<std::string, TensorPlace> stored;
    const auto open = [&](const fs::path& file) {
        openFile(file);
        for (const auto& [name, tensor] : files.back()->tensors()) {
            const bool isNew = stored.emplace(name, TensorPlace{files.back(), &tensor}).second;
            if (!isNew) fail(name + " is stored twice");
        }
    };
    for (const fs::path& part : ggufParts(folder)) open(part);
    open(ggufVisionFile(folder, visionFile));
    const auto shape = [&](const std::string& name) -> const std::vector<std::int64_t>* {
        const auto found = stored.find(name);
        return found == stored.end() ? nullptr : &found->second.tensor->shape;
    };
    std::vector<WeightShape> shapes = weightShapes(config);
    shapes.push_back(headShape(config));
    std::set<std::string> used;
    for (const WeightShape& weight : shapes) {
        Pieces found;
        for (const std::string& name : ggufNames(weight.name, config, shape)) {
            used.insert(name);
            const auto place = stored.find(name);
            if (place != stored.end()) {
                found.places.push_back(place->second);
            } else if (weight.name != kHeadWeight) {
                fail("the tensor " + name + " is missing");
            }
        }
        if (found.places.size() == 1) byName.emplace(weight.name, found.places.front());
        if (found.places.size() < 2) continue;
        found.isFramePair = weight.shape.size() == 5;
        found.shape = joinedShape(found);
        pieces.emplace(weight.name, std::move(found));
    }
    for (const auto& [name, place] : stored) {
        const bool isLayer = name.starts_with("blk.") || name.starts_with("v.blk.") ||
                             name.starts_with("v.deepstack.");
        if (isLayer && !used.contains(name) && isEffectiveWeight(name, place)) failSurplus(name);
    }
}

void CheckpointFiles::failSurplus(const std::string& name) const {
    std::error_code unknown;
    throw Error(
        ErrorCode::kModel,
        folder.string() + ": the weights hold " + name + ", which " +
            (fs::is_regular_file(folder, unknown) ? "the file's keys do" : "config.json does") +
            " not call for",
        "config and weights are of different models, or one of them was changed; download "
        "the model again");
}

void CheckpointFiles::checkSurplus() const {
    const std::set<std::string> known(wanted.begin(), wanted.end());
    for (const auto& [name, place] : byName) {
        if (!name.starts_with("model.") && !name.starts_with("visual.")) continue;
        if (known.contains(name) || packed.contains(name.substr(0, name.rfind('.')))) continue;
        if (isEffectiveWeight(name, place)) failSurplus(name);
    }
}

void CheckpointFiles::check(const ModelConfig* config) {
    if (config) quantization = config->quantization;
    std::vector<WeightShape> shapes;
    if (config) {
        shapes = weightShapes(*config);
        // Only what is called for has to make sense.
        for (const WeightShape& shape : shapes) {
            if (const std::string module = moduleOf(shape.name); !module.empty()) {
                if (auto found = findPacked(module, finder())) packed.emplace(module, *found);
            }
        }
        if (auto found = findPacked(kHeadModule, finder())) packed.emplace(kHeadModule, *found);
        if (has(kHeadWeight)) shapes.push_back(headShape(*config));
        for (const WeightShape& shape : shapes) {
            checkShape(shape);
            wanted.push_back(shape.name);
        }
        checkSurplus();
        return;
    }
    for (const auto& [name, place] : byName) {
        const std::string module = moduleOfPacked(name, place.tensor->dtype);
        if (module.empty() || packed.contains(module)) continue;
        if (auto found = findPacked(module, finder())) packed.emplace(module, *found);
    }
    for (const auto& [name, place] : byName) {
        const bool isPlain = plainType(place.tensor->dtype) != at::ScalarType::Undefined;
        const bool isPart = [&] {
            for (const char* end : {".scales", ".weight_scale", ".weight_scale_inv"}) {
                if (!name.ends_with(end)) continue;
                if (packed.contains(name.substr(0, name.size() - std::string(end).size()))) {
                    return true;
                }
            }
            return false;
        }();
        if (isPlain && !isPart) wanted.push_back(name);
    }
    for (const auto& [module, found] : packed) wanted.push_back(module + kWeight);
    for (const auto& [name, found] : pieces) wanted.push_back(name);
}

void CheckpointFiles::checkShape(const WeightShape& shape) const {
    if (!has(shape.name)) fail("the tensor " + shape.name + " is missing");
    const auto is = shapeOf(shape.name);
    const auto found = byName.find(shape.name);
    const std::string file = found == byName.end()
                                 ? std::string()
                                 : " in " + found->second.file->path().filename().string();
    if (is != shape.shape) {
        fail(shape.name + file + " is " + shapeText(is) + ", " +
             (pieces.empty() ? "config.json calls for " : "the file's keys call for ") +
             shapeText(shape.shape));
    }
    const auto checkType = [&](const TensorPlace& place) {
        const std::string& type = place.tensor->dtype;
        if (plainType(type) != at::ScalarType::Undefined) return;
        if (blockFormat(type) && place.tensor->shape.size() >= 2) return;
        throw Error(ErrorCode::kModel,
                    folder.string() + ": " + shape.name + " in " +
                        place.file->path().filename().string() + " is " + type +
                        ", which cannot be run (expected BF16, F16 or F32)",
                    quantizationsThatWork());
    };
    if (const auto part = pieces.find(shape.name); part != pieces.end()) {
        for (const TensorPlace& place : part->second.places) checkType(place);
    } else if (!packedOf(shape.name)) {
        checkType(found->second);
    }
}

bool CheckpointFiles::has(const std::string& name) const {
    return byName.contains(name) || pieces.contains(name) || packedOf(name);
}

const PackedModule* CheckpointFiles::packedOf(const std::string& name) const {
    const auto found = packed.find(moduleOf(name));
    return found == packed.end() ? nullptr : &found->second;
}

std::vector<std::int64_t> CheckpointFiles::shapeOf(const std::string& name) const {
    if (const PackedModule* module = packedOf(name)) return {module->outputs, module->inputs};
    if (const auto found = pieces.find(name); found != pieces.end()) return found->second.shape;
    const auto found = byName.find(name);
    if (found == byName.end()) fail("the tensor " + name + " is missing");
    return found->second.tensor->shape;
}

TensorFinder CheckpointFiles::finder() const {
    return [this](const std::string& name) {
        const auto found = byName.find(name);
        return found == byName.end() ? TensorPlace{} : found->second;
    };
}

}  // namespace reelquery
