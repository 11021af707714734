#pragma once
// From a prepared question to its answer: prefill, then the words. Asking and comparing share it.

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "core/answer/answerer.h"
#include "core/attention/attention_backend.h"
#include "core/base/cancel.h"
#include "core/model/prompt_reading.h"
#include "core/session/ask/prepared_question.h"
#include "core/session/keep/loaded_model.h"

namespace reelquery {

/// One way of answering a prepared question. Borrows everything.
struct AnswerPass {
    const AskRequest& request;
    RequestId id = 0;
    const PreparedQuestion& prepared;
    const LoadedModel& model;
    const AttentionBackend& backend;
    double preparedS = 0;             ///< spent on preparing, model load left out
    const AnswerSink& prefillEvents;  ///< gets Progress of the prefill
    const AnswerSink& answerEvents;   ///< gets AnswerDelta, and Progress of the answer
    DecodeSession& session;           ///< holds nothing or the beginning of the prompt; afterwards
                                      ///< prompt and answer
    const CancelToken& cancel;
    StageObserver* observer = nullptr;  ///< of the prefill
    /// Of this prompt into this session, begun elsewhere: what is left of it is read. Null: all is.
    PromptReading* reading = nullptr;
};

/// An answer with what it can be examined by.
struct PreparedAnswer {
    AnswerReport report;
    at::Tensor promptLogits;   ///< [V] float32, of the prompt's last token
    std::vector<TokenId> ids;  ///< of the answer, without the closing token
};

/// Reads the rest of the prompt into the cache and writes the answer. `said` grows by what is sent,
/// also when this throws. Requires room for both in the cache.
/// Errors: kMemory, kCancelled (within 0.5 s of a stop).
PreparedAnswer answerPrepared(const AnswerPass& pass, std::string& said);

}  // namespace reelquery
