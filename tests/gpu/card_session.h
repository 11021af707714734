#pragma once
// What tests of a whole Session on a card share: questions about the sample to the embedded model
// and to random checkpoints of published shapes, answered to the end.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/unit/session/answer_outcome.h"
#include "tests/unit/session/recorded_session.h"

namespace reelquery {

/// Where demo_model and samples are, and where random checkpoints are kept. Set by main.
struct CardFolders {
    std::filesystem::path resources, scratch;
};

CardFolders& cardFolders();

/// Index of the card in use.
int card();

double gib(std::int64_t bytes);

/// The folder of a random checkpoint of this kind, written where it is not there.
std::filesystem::path randomModel(const std::string& kind);

/// The embedded model about the start of the sample.
AskRequest sampleQuestion(const std::string& words);

/// A model of real shape about the whole sample.
AskRequest largeQuestion(std::int64_t videoTokens, const std::string& kind = "qwen2-vl-2b");

Plan planned(RecordedSession& recorded, const AskRequest& request);

}  // namespace reelquery
