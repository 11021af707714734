#pragma once
// What the endpoint answers, in the words of the OpenAI interface.

#include <cstdint>
#include <string>

#include "app/serve/refusal.h"
#include "core/session/report/answer_report.h"

namespace reelquery {

/// Names one completion in all its pieces.
struct CompletionName {
    std::string id;  ///< "chatcmpl-" and random digits
    std::string model;
    std::int64_t createdS = 0;  ///< since 1970
};

/// A new name. Thread: any.
CompletionName newCompletion(const std::string& model);

/// The whole answer as one object. Under "reelquery" stands the report: frames with their times,
/// evidence, what each phase took, density; without what the layers did.
std::string completionJson(const CompletionName& name, const AnswerReport& report);

/// Events of a stream, each a line "data: ..." and an empty one. The first one names the role.
std::string firstPiece(const CompletionName& name);
std::string wordsPiece(const CompletionName& name, const std::string& words);
/// The end of the answer, with the report.
std::string lastPiece(const CompletionName& name, const AnswerReport& report);
std::string usagePiece(const CompletionName& name, const AnswerReport& report);
std::string errorPiece(const Refusal& refusal);
std::string donePiece();

/// What a client ignores and a person who looks sees: ": waiting, 2 before this one".
std::string commentPiece(const std::string& text);

/// {"error": {message, type, param, code}}.
std::string errorJson(const Refusal& refusal);

/// A refusal of the engine's for a program: without paths, and fields of the request in place of
/// flags of the command line. A hint that speaks of other flags is left away.
std::string wordsForPrograms(const std::string& message, const std::string& hint);

/// `text` without anything that looks like a path of this machine.
std::string withoutPaths(const std::string& text);

}  // namespace reelquery
