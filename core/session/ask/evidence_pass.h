#pragma once
// Reads the question and the answer once more over the kept keys and values, to see where they
// look.

#include <vector>

#include "core/answer/evidence.h"
#include "core/base/cancel.h"
#include "core/model/kv_cache.h"
#include "core/session/ask/prepared_question.h"
#include "core/session/keep/loaded_model.h"

namespace reelquery {

/// Evidence of an answered question; see Note [Where the model looked]. `cache` holds its prompt;
/// what stands before the question is left as it was, what comes behind is overwritten. answer:
/// without the closing token. Errors: kMemory, kCancelled.
Evidence findEvidence(const PreparedQuestion& prepared, const std::vector<TokenId>& answer,
                      const LoadedModel& model, KvCache& cache, const CancelToken& cancel);

}  // namespace reelquery
