#pragma once
// Keys and values of the last prompts' beginnings, kept for the next questions about these videos.
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
#include <list>
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

/// Holds a few caches, the one opened last first. Belongs to one model: whoever changes the model
/// drops them. Confined to the engine thread.
class PrefixKeeper {
  public:
    /// The session to read a prompt into: with the kept prefix where one has this origin, else an
    /// empty one. Room for `capacity` tokens. What is written behind the prefix is cut off when it
    /// is opened again; the reference holds until the next call, dropOldest() or drop().
    /// Where the features have no key nothing tells two videos apart, and nothing is reused.
    /// Requires room for it beside what is kept, see WarmState::makeRoomFor.
    /// Errors: kMemory; kCancelled while a kept prefix moves to a larger cache.
    DecodeSession& open(PrefixOrigin origin, const LanguageModel& model, std::int64_t capacity,
                        const CancelToken& cancel);

    /// What is kept, the newest first: a prompt about its features, read with its attention, finds
    /// the tokens of its ids kept if it has the system prompt and the subtitles of the one before.
    std::vector<const PrefixOrigin*> kept() const;

    /// Forgets the oldest that is not of this origin (null: of any); false where there is none.
    bool dropOldest(const PrefixOrigin* spared = nullptr);

    void drop() { kept_.clear(); }

    /// Memory that drop() would free; without the cache of this origin.
    std::int64_t bytes(const PrefixOrigin* spared = nullptr) const;

  private:
    struct Kept {
        PrefixOrigin origin;
        DecodeSession session;

        /// Whether a prompt of this origin finds its beginning here.
        bool serves(const PrefixOrigin& asked) const {
            return !asked.ids.empty() && !asked.features.empty() && origin == asked;
        }
    };

    std::list<Kept> kept_;  // the newest first
};

}  // namespace reelquery
