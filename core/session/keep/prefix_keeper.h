#pragma once
// Keys and values of the last prompt's beginning, kept for the next question about the same video.
//
// Note [What is reused]
// A prompt begins with the system prompt and the video; PromptSequence::reusablePrefix says where a
// user's words start. Exactly that much is kept, and every run ends a prefill chunk there
// (PrefillRequest::prefixTokens). So the kept keys and values are, to the last bit, those that a
// fresh run would compute, and what follows is read in chunks of the same shapes: reuse never
// changes an answer. Earlier questions and answers are read again: an answer's keys and values came
// one token at a time, which rounds differently, and they are few.
// A sparse prefill is an approximation, so its keys and values serve only questions with the same
// attention; where denseLastTokens reaches into the video, its rows depend on the question and
// nothing is kept.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/run_options.h"
#include "core/model/decode_session.h"
#include "core/model/language_model.h"

namespace reelquery {

struct PromptSequence;

/// Everything that decides the keys and values of a prefix, except the model.
struct PrefixOrigin {
    std::vector<TokenId> ids;    ///< of the prefix; empty: nothing of this prompt can be kept
    MropePositions positions;    ///< of the prefix
    std::string features;        ///< key of the vision features; see featureKey
    AttentionOptions attention;  ///< without what does not touch the prefix
    std::string backend;         ///< AttentionBackend::name(), for what the automatic choice chose
    std::string thresholds;      ///< contentId of the thresholds file

    bool operator==(const PrefixOrigin&) const = default;
};

/// The origin of a prompt's prefix. `backend`: the name of the backend that `attention` led to.
PrefixOrigin prefixOrigin(const PromptSequence& prompt, const MropePositions& positions,
                          const std::string& features, const AttentionOptions& attention,
                          const std::string& backend);

/// What of the options decides the keys and values of a prefix; as PrefixOrigin::attention.
AttentionOptions prefixAttention(AttentionOptions attention);

/// Holds at most one cache. Belongs to one model: whoever changes the model drops it. Confined to
/// the engine thread.
class PrefixKeeper {
  public:
    /// The session to read a prompt into: with the kept prefix where it has this origin, else an
    /// empty one, the old one being freed first. Room for `capacity` tokens. What is written behind
    /// the prefix is cut off by the next call; the reference holds until then or until drop().
    /// Where the features have no key nothing tells two videos apart, and nothing is reused.
    /// Errors: kMemory; kCancelled while a kept prefix moves to a larger cache.
    DecodeSession& open(PrefixOrigin origin, const LanguageModel& model, std::int64_t capacity,
                        const CancelToken& cancel);

    /// What is kept, or null: a prompt about its features, read with its attention, finds the
    /// tokens of its ids kept if it has the system prompt and the subtitles of the one before.
    const PrefixOrigin* kept() const { return kept_ ? &kept_->origin : nullptr; }

    void drop() { kept_.reset(); }

    /// Memory that drop() would free.
    std::int64_t bytes() const { return kept_ ? kept_->session.cache().bytes() : 0; }

  private:
    struct Kept {
        PrefixOrigin origin;
        DecodeSession session;
    };

    std::unique_ptr<Kept> kept_;
};

}  // namespace reelquery
