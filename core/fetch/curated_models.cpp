#include "core/fetch/curated_models.h"

namespace reelquery {

const std::vector<CuratedModel>& curatedModels() {
    constexpr std::int64_t kTenthGb = 100'000'000;
    static const std::vector<CuratedModel> kModels = {
        {"openai/whisper-base", "Apache-2.0", "", 3 * kTenthGb, false},
        {"openai/whisper-large-v3-turbo", "MIT", "", 16 * kTenthGb, false},
        {"Qwen/Qwen2.5-VL-3B-Instruct-AWQ", "Qwen Research", "qwen2.5-vl-3b", 34 * kTenthGb, true},
        {"Qwen/Qwen3-VL-2B-Instruct", "Apache-2.0", "qwen3-vl-2b", 43 * kTenthGb, false},
        {"Qwen/Qwen2-VL-2B-Instruct", "Apache-2.0", "qwen2-vl-2b", 44 * kTenthGb, false},
        {"Qwen/Qwen2.5-VL-7B-Instruct-AWQ", "Apache-2.0", "qwen2.5-vl-7b", 69 * kTenthGb, true},
        {"Qwen/Qwen2.5-VL-3B-Instruct", "Qwen Research", "qwen2.5-vl-3b", 75 * kTenthGb, false},
        {"Qwen/Qwen3-VL-4B-Instruct", "Apache-2.0", "qwen3-vl-4b", 89 * kTenthGb, false},
        {"Qwen/Qwen2.5-VL-7B-Instruct", "Apache-2.0", "qwen2.5-vl-7b", 166 * kTenthGb, false},
        {"Qwen/Qwen3-VL-8B-Instruct", "Apache-2.0", "qwen3-vl-8b", 175 * kTenthGb, false},
        {"Qwen/Qwen3-VL-32B-Instruct", "Apache-2.0", "qwen3-vl-32b", 667 * kTenthGb, false},
    };
    return kModels;
}

}  // namespace reelquery
