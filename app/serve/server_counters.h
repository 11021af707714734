#pragma once
// What the endpoint counts, as Prometheus reads it. No words of anybody's.

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "core/session/report/answer_report.h"

namespace reelquery {

/// Thread: any.
class ServerCounters {
  public:
    /// A request was answered with this status; 499: its client left first.
    void countReply(int status);
    void countAnswer(const AnswerReport& report);

    /// In Prometheus's text form. inLine: being answered or waiting.
    std::string text(std::size_t inLine, std::size_t connections) const;

  private:
    mutable std::mutex mutex_;
    std::map<int, std::int64_t> replies_;  // all guarded by mutex_
    std::int64_t answers_ = 0, frames_ = 0, promptTokens_ = 0, reusedTokens_ = 0, answerTokens_ = 0;
    double firstTokenS_ = 0, encodeS_ = 0, prefillS_ = 0;
};

}  // namespace reelquery
