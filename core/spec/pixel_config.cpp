#include "core/spec/pixel_config.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "core/spec/json_fields.h"

namespace reelquery {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr IntegerRange kPixels = {1, std::int64_t{1} << 40};

PixelConfig readPixels(const JsonFields& fields, PixelConfig config, const VisionConfig& vision) {
    const JsonFields size = fields.child("size");
    config.minPixels = fields.integer("min_pixels", kPixels,
                                      size.integer("shortest_edge", kPixels, config.minPixels));
    config.maxPixels = fields.integer("max_pixels", kPixels,
                                      size.integer("longest_edge", kPixels, config.maxPixels));
    if (config.minPixels > config.maxPixels) fields.fail("min_pixels", "at most max_pixels");
    const auto triple = [&](const char* field, std::array<double, 3>& target, bool isDivisor) {
        const auto values = fields.numbers(field);
        if (values.empty()) return;
        const bool isZero = isDivisor && std::count(values.begin(), values.end(), 0.0) > 0;
        if (values.size() != 3 || isZero) fields.fail(field, "three numbers");
        std::copy(values.begin(), values.end(), target.begin());
    };
    triple("image_mean", config.mean, false);
    triple("image_std", config.std, true);
    const auto same = [&](const char* field, std::int64_t value) {
        fields.integer(field, {value, value}, value);
    };
    same("patch_size", vision.patchSize);
    same("merge_size", vision.mergeSize);
    same("temporal_patch_size", vision.temporalPatchSize);
    return config;
}

/// What a file of its own says, else the part of processor_config.json; none where neither is.
std::optional<PixelConfig> readFrom(const fs::path& folder, const char* ownFile, const char* part,
                                    const PixelConfig& family, const VisionConfig& vision) {
    std::error_code ignored;
    if (const fs::path file = folder / ownFile; fs::exists(file, ignored)) {
        const Json json = parseJsonFile(file);
        return readPixels(JsonFields({&json}, file.string()), family, vision);
    }
    const fs::path file = folder / "processor_config.json";
    if (!fs::exists(file, ignored)) return std::nullopt;
    const Json json = parseJsonFile(file);
    const JsonFields all({&json}, file.string());
    if (!all.find(part)) return std::nullopt;
    return readPixels(all.child(part), family, vision);
}

}  // namespace

PixelConfigs readPixelConfigs(const fs::path& folder, const ModelSpec& spec,
                              const VisionConfig& vision) {
    PixelConfigs configs;
    configs.pictures =
        readFrom(folder, "preprocessor_config.json", "image_processor", spec.pixels, vision)
            .value_or(spec.pixels);
    configs.videos = configs.pictures;
    if (!spec.videoPixels) return configs;
    configs.videos.minPixels = spec.videoPixels->minPixels;
    configs.videos.maxPixels = spec.videoPixels->maxPixels;
    if (auto own = readFrom(folder, "video_preprocessor_config.json", "video_processor",
                            *spec.videoPixels, vision)) {
        configs.videos = *own;
    }
    return configs;
}

}  // namespace reelquery
