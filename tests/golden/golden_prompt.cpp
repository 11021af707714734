#include "tests/golden/golden_prompt.h"

#include <algorithm>
#include <stdexcept>

#include "tests/golden/golden_set.h"

namespace reelquery::golden {

namespace {

std::vector<GoldenMedium> mediaOf(const std::map<std::string, at::Tensor>& values) {
    const at::Tensor isImage = values.at("in.media_is_image").to(at::kLong);
    const at::Tensor grids = values.at("in.media_grid_thw").to(at::kLong);
    std::vector<GoldenMedium> media;
    for (std::int64_t k = 0; k < isImage.size(0); ++k) {
        std::string tag;
        if (isImage.size(0) > 1) tag.append(".").append(std::to_string(k));
        const auto at = [&](std::int64_t axis) { return grids[k][axis].item<std::int64_t>(); };
        GoldenMedium medium;
        medium.isImage = isImage[k].item<std::int64_t>() != 0;
        medium.grid = {at(0), at(1), at(2)};
        medium.frames = values.at("in.frames_resized_u8" + tag);
        if (!medium.isImage) {
            const at::Tensor times = values.at("in.pair_times" + tag);
            medium.pairTimesS.assign(times.data_ptr<double>(),
                                     times.data_ptr<double>() + times.numel());
        }
        media.push_back(std::move(medium));
    }
    return media;
}

}  // namespace

GoldenPrompt readQwen3Prompt(const std::filesystem::path& file, const ModelConfig& config) {
    GoldenPrompt prompt;
    prompt.values = readTensors(file);
    const at::Tensor list = prompt.values.at("in.input_ids").view({-1}).to(at::kInt);
    prompt.ids.assign(list.data_ptr<TokenId>(), list.data_ptr<TokenId>() + list.size(0));
    prompt.media = mediaOf(prompt.values);
    std::vector<VisionRun> runs;
    auto from = prompt.ids.begin();
    for (const GoldenMedium& medium : prompt.media) {
        const TokenId pad = medium.isImage ? config.ids.imagePad : config.ids.videoPad;
        for (std::int64_t step = 0; step < medium.grid.t; ++step) {
            from = std::find(from, prompt.ids.end(), pad);
            if (from == prompt.ids.end()) throw std::runtime_error("a medium has no pads");
            runs.push_back({from - prompt.ids.begin(),
                            {1, medium.grid.h, medium.grid.w},
                            medium.isImage,
                            1.0});
            from += config.vision.tokens(runs.back().grid);
        }
    }
    prompt.positions =
        mropePositions(prompt.length(), runs, config.vision.mergeSize, config.tokensPerSecond);
    prompt.features.rows = prompt.values.at("vision.output");
    for (std::size_t j = 0; j < config.vision.deepLayers.size(); ++j) {
        prompt.features.deep.push_back(prompt.values.at("vision.deepstack_" + std::to_string(j)));
    }
    return prompt;
}

const std::vector<std::string>& qwen3PromptFiles() {
    static const std::vector<std::string> kFiles = {
        "golden.safetensors", "golden_image.safetensors", "golden_mixed.safetensors"};
    return kFiles;
}

}  // namespace reelquery::golden
