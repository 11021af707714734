// The JSON files of a stranger's model folder, which are the parts of the input in the order below.

#include <iterator>

#include "core/spec/model_config.h"
#include "core/spec/recommendation.h"
#include "core/spec/weight_shapes.h"
#include "tests/fuzz/fuzz_input.h"

using namespace reelquery;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto parts = fuzz::partsOf(fuzz::textOf(data, size));
    const char* names[] = {
        "config.json",        "generation_config.json",         "preprocessor_config.json",
        "reelquery.json",     "video_preprocessor_config.json", "processor_config.json",
        "chat_template.json", "tokenizer_config.json"};
    parts.resize(std::size(names));
    for (std::size_t at = 0; at < parts.size(); ++at) {
        // An empty part is a missing file.
        std::error_code ignored;
        std::filesystem::remove(fuzz::folder() / names[at], ignored);
        if (!parts[at].empty()) fuzz::write(names[at], parts[at]);
    }
    fuzz::parse([&] {
        const ModelConfig config = readModelConfig(fuzz::folder());
        constexpr std::int64_t kFewLayers = 1000;
        if (config.text.layers > kFewLayers || config.vision.depth > kFewLayers) return;
        for (const WeightShape& weight : weightShapes(config)) {
            if (weight.values() <= 0) fuzz::finding("a weight of no values: " + weight.name);
        }
        if (config.text.cacheBytesPerToken(4) <= 0) fuzz::finding("a cache of no bytes");
    });
    fuzz::parse([&] {
        const auto recommended = readRecommendation(fuzz::folder());
        followRecommendation(SamplingOptions(), recommended);
        followRecommendation(AttentionOptions(), recommended);
    });
    return 0;
}
