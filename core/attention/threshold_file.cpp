#include "core/attention/threshold_file.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "core/base/error.h"
#include "core/base/json_nesting.h"

namespace reelquery {

namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "reelquery-thresholds";
constexpr int kVersion = 1;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
    throw Error(ErrorCode::kUsage, "threshold file " + path.string() + ": " + what,
                "write a new one with 'reelquery calibrate'");
}

template <class T>
T field(const Json& json, const char* name, const std::filesystem::path& path) {
    const auto found = json.find(name);
    if (found == json.end()) fail(path, std::string("field \"") + name + "\" is missing");
    // A fraction or a number above the type's range would be cut without a word.
    constexpr std::uint64_t kLargest = 1 << 20;
    const bool isCount = found->is_number_unsigned() && found->get<std::uint64_t>() <= kLargest;
    if (std::is_integral_v<T> && !isCount) {
        fail(path, std::string("field \"") + name + "\" has the wrong type");
    }
    try {
        return found->get<T>();
    } catch (const Json::exception&) {
        fail(path, std::string("field \"") + name + "\" has the wrong type");
    }
}

}  // namespace

ThresholdTable readThresholds(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file) fail(path, "cannot be opened");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const bool isTooDeep = nestsDeeperThan(text);
    const Json json = isTooDeep ? Json() : Json::parse(text, nullptr, false);
    if (json.is_discarded() || !json.is_object()) fail(path, "is not a JSON object");
    if (field<std::string>(json, "format", path) != kFormat)
        fail(path, std::string("\"format\" is not \"") + kFormat + "\"");
    if (field<int>(json, "version", path) != kVersion)
        fail(path, "was written by another version of the program");

    ThresholdTable table;
    table.model = field<std::string>(json, "model", path);
    table.stride = field<int>(json, "stride", path);
    table.coverage = field<double>(json, "coverage", path);
    table.perLayer = field<std::vector<std::vector<float>>>(json, "thresholds", path);
    const auto layers = field<std::size_t>(json, "layers", path);
    const auto heads = field<std::size_t>(json, "heads", path);
    if (table.perLayer.size() != layers)
        fail(path, "\"thresholds\" has " + std::to_string(table.perLayer.size()) + " rows for " +
                       std::to_string(layers) + " layers");
    for (std::size_t l = 0; l < layers; ++l) {
        const std::string where = "layer " + std::to_string(l);
        if (table.perLayer[l].size() != heads)
            fail(path, where + " has " + std::to_string(table.perLayer[l].size()) +
                           " thresholds for " + std::to_string(heads) + " heads");
        for (const float tau : table.perLayer[l])
            if (!(tau >= 0 && tau <= 1)) fail(path, where + " has a threshold outside 0 to 1");
    }
    return table;
}

void writeThresholds(const std::filesystem::path& path, const ThresholdTable& table) {
    Json json;
    json["format"] = kFormat;
    json["version"] = kVersion;
    json["model"] = table.model;
    json["stride"] = table.stride;
    json["coverage"] = table.coverage;
    json["layers"] = table.perLayer.size();
    json["heads"] = table.perLayer.empty() ? 0 : table.perLayer.front().size();
    json["thresholds"] = table.perLayer;
    std::ofstream file(path);
    file << json.dump(1) << '\n';
    file.close();
    if (!file)
        throw Error(ErrorCode::kUsage, "threshold file " + path.string() + " cannot be written",
                    "choose a folder you may write to");
}

void checkThresholds(const ThresholdTable& table, const std::filesystem::path& path, int layers,
                     int heads, int stride) {
    const std::size_t found = table.perLayer.size();
    const std::size_t foundHeads = found == 0 ? 0 : table.perLayer.front().size();
    if (found != static_cast<std::size_t>(layers) || foundHeads != static_cast<std::size_t>(heads))
        fail(path, "holds " + std::to_string(found) + " layers of " + std::to_string(foundHeads) +
                       " heads, the model has " + std::to_string(layers) + " of " +
                       std::to_string(heads));
    if (table.stride != stride)
        throw Error(ErrorCode::kUsage,
                    "threshold file " + path.string() + " was calibrated for stride " +
                        std::to_string(table.stride) + ", not " + std::to_string(stride),
                    "use stride " + std::to_string(table.stride));
}

}  // namespace reelquery
