#pragma once
// The shapes that random checkpoints can have. Internal to core/bench; see random_model.h.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/spec/model_config.h"
#include "core/spec/weight_shapes.h"

namespace reelquery {

/// One shape: what the published config of that name says.
struct RandomModelKind {
    std::string name;
    ModelConfig config;
    TokenId baseTokens = 0;  ///< ids before the control tokens
    bool hasHead = false;    ///< lm_head.weight is stored, not tied
};

/// All kinds, smallest first: two tiny ones, and what every family published.
const std::vector<RandomModelKind>& randomModelKindTable();

/// The kind of this name. Errors: kUsage, naming the kinds there are.
const RandomModelKind& randomModelKind(const std::string& name);

/// Where a tensor's random values lie: uniform in middle +- reach.
struct ValueRange {
    double middle = 0, reach = 0;
};

/// Products keep the size of what goes in; norms pass it on nearly unchanged.
ValueRange randomRange(const WeightShape& tensor);

/// The hub's JSON files of a kind.
nlohmann::ordered_json configJson(const RandomModelKind& kind);
nlohmann::ordered_json generationJson(const RandomModelKind& kind);
nlohmann::ordered_json preprocessorJson(const RandomModelKind& kind);
nlohmann::ordered_json tokenizerConfigJson(const RandomModelKind& kind);

/// A valid byte-level vocabulary of the right size: the 256 bytes, then merges of letters to words
/// of up to four letters. Such a model's noise can be read aloud and streams as real text would.
nlohmann::json tokenizerJson(const RandomModelKind& kind);

/// The byte alphabet as a step of a tokenizer; splits: also cuts words apart, as GPT-2 does.
nlohmann::json byteLevelJson(bool splits);

/// The same for any family: `added` tokens behind `baseTokens` ids.
nlohmann::json byteLevelTokenizerJson(TokenId baseTokens, const nlohmann::json& added,
                                      const nlohmann::json& normalizer,
                                      const nlohmann::json& preTokenizer);

}  // namespace reelquery
