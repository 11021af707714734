#include "core/session/plan/words_length.h"

#include "core/spec/model_config.h"
#include "core/tokens/tokenizer.h"

namespace reelquery {

WordsLength wordsLength(const ModelChoice& model, const std::string& text) {
    const ModelConfig config = readModelConfig(model.folder, model.visionFile);
    const auto ids = loadTokenizer(model.folder)->encode(text);
    return {static_cast<std::int64_t>(ids.size()), config.text.maxPositions};
}

}  // namespace reelquery
