// Models that people may take for one that runs: a folder of theirs is named for what it is.

#include "core/spec/families/families.h"

namespace reelquery {

const std::vector<UnsupportedKind>& unsupportedKinds() {
    static const std::vector<UnsupportedKind> kAll = {
        {"qwen3_vl_moe", "Qwen3-VL-MoE, a mixture of experts"},
        {"qwen3_vl_moe_text", "the language model of Qwen3-VL-MoE alone, a mixture of experts"},
        {"qwen3_vl_text", "the language model of Qwen3-VL alone, without its vision tower"},
        {"qwen3_omni_moe", "Qwen3-Omni, which hears and speaks and is a mixture of experts"},
        {"qwen3_omni_moe_thinker", "the thinker of Qwen3-Omni, a mixture of experts"},
        {"qwen3_5", "Qwen3.5, most of whose layers have linear attention"},
        {"qwen3_5_text", "the language model of Qwen3.5 alone"},
        {"qwen3_5_moe", "Qwen3.5-MoE, a mixture of experts with linear attention"},
        {"qwen3_5_moe_text", "the language model of Qwen3.5-MoE alone"},
        {"qwen3_next", "Qwen3-Next, which reads text only"},
        {"qwen3", "Qwen3, which reads text only"},
        {"qwen3_moe", "Qwen3-MoE, which reads text only"},
        {"qwen2_5_omni", "Qwen2.5-Omni, which hears and speaks"},
        {"qwen2", "Qwen2 or Qwen2.5, which read text only"},
        {"qwen2_audio", "Qwen2-Audio, which hears and does not see"},
        {"whisper", "Whisper, which makes subtitles from speech and answers nothing"},
    };
    return kAll;
}

}  // namespace reelquery
