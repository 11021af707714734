#pragma once
// Reads a question's prompt while its video is still being encoded.
//
// Note [Reading along]
// Which tokens a prompt has, where they stand and where its chunks end follows from the plan of its
// frames. So the prompt is laid out before the first frame is decoded, and a chunk is read as soon
// as the frames it shows are encoded. A film may break its plan's word: frames that cannot be
// decoded are left out or stand in for each other. So the prompt is laid out once more when all
// was seen. What was read along counts if ids and positions are the same; else it is thrown away,
// and the prompt is read as if nobody had read along.
// One thread encodes and reads in turn, on a card on one stream, while decoders fill a bounded
// queue beside it: results are those of one after the other, and tower and language model never
// need their working memory at the same time. What needs a whole prompt is there before: the
// backend (thresholds come from a file, the costs of the automatic choice are measured first, the
// densities it goes by come chunk by chunk as ever), rows that stay dense (counted from the
// prompt's length), subtitles (chosen by the planned times). Evidence is looked for behind the
// answer. Comparisons read nothing along.

#include <cstdint>
#include <memory>
#include <optional>

#include "core/answer/answerer.h"
#include "core/attention/attention_backend.h"
#include "core/model/prompt_reading.h"
#include "core/session/ask/prepared_question.h"

namespace reelquery {

/// How far to read, and for whom.
struct ReadingScope {
    bool prefixOnly = false;       ///< what precedes a user's words, to be kept for later
    bool keepsChunks = false;      ///< as PrefillRequest's
    std::int64_t spareTokens = 0;  ///< of the cache, beside prompt and answer
};

/// One prompt's session, backend and reading. Confined to the engine thread; borrows what the
/// context does and the warm state.
class ReadingAlong {
  public:
    ReadingAlong(const AskContext& ask, WarmState& warm, ReadingScope scope = {});

    /// The video is about to be decoded. planned: the question with its prompt as planned; coming:
    /// the features, whose rows are filled as they are encoded. Errors: as settle.
    void begin(PreparedQuestion planned, std::shared_ptr<const VideoFeatures> coming);

    /// The first `rows` rows are there, with the times of their frames. Errors: as PromptReading.
    void readTo(std::int64_t rows);

    /// All is seen: from here on `prepared`, which must outlive this, is what is read. Goes on from
    /// what was read along where that is its beginning, else opens anew. Errors: kMemory,
    /// kCancelled; as makeAttentionBackend.
    void settle(const PreparedQuestion& prepared);

    /// Null where a prefix was to be read that nobody could use later. Requires settle.
    PromptReading* reading() { return reading_ ? &*reading_ : nullptr; }

    /// Requires reading().
    DecodeSession& session() { return *session_; }

    const AttentionBackend& backend() const { return *backend_; }

    /// What the automatic choice measured first.
    double loadS() const { return loadS_; }

  private:
    void open(const PreparedQuestion& prepared, std::shared_ptr<const VideoFeatures> video);
    void giveUp();
    bool keepsItsWord();

    const AskContext& ask_;
    WarmState& warm_;
    const ReadingScope scope_;
    std::optional<PreparedQuestion> planned_;  // read along; empty: nothing is
    std::shared_ptr<const VideoFeatures> video_;
    std::size_t timesChecked_ = 0;
    std::int64_t toldTokens_ = 0;  // of progress
    std::unique_ptr<AttentionBackend> backend_;
    std::optional<DecodeSession> own_;  // of a question that leaves nothing behind
    DecodeSession* session_ = nullptr;
    std::optional<PromptReading> reading_;  // behind all that it borrows
    double loadS_ = 0;
};

}  // namespace reelquery
