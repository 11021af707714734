#pragma once
// The reply of a server to a streamed question, read out of pieces that may end anywhere. What a
// stranger sends is bounded: a line, the whole, the depth of its JSON.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelquery {

/// What a server counted; -1: not told.
struct ServerUsage {
    std::int64_t promptTokens = -1, answerTokens = -1, cachedTokens = 0;
    // Told by another Reelquery only: what came of what was sent.
    std::int64_t videoTokens = -1, frames = -1, frameWidth = -1, frameHeight = -1;
    std::optional<std::vector<double>> saidTimesS = {};  ///< of the lines that its model read
};

/// Reads a stream of server-sent events. Thread: one.
class ChatStream {
  public:
    explicit ChatStream(std::function<void(const std::string& words)> onWords)
        : onWords_(std::move(onWords)) {}

    /// Errors: kDevice for an error event, for what is no event and for more than anybody answers.
    void take(std::string_view piece);

    /// Once no more comes. Errors: kDevice where the answer was not ended.
    void end();

    /// All words so far.
    const std::string& answer() const { return answer_; }

    const ServerUsage& usage() const { return usage_; }

    bool reachedTokenLimit() const { return finish_ == "length"; }

  private:
    void takeLine(std::string_view line);
    void takeEvent(std::string_view json);

    const std::function<void(const std::string&)> onWords_;
    std::string rest_;  // of an unfinished line
    std::size_t bytes_ = 0;
    std::string answer_, finish_;
    bool isDone_ = false;
    ServerUsage usage_;
};

}  // namespace reelquery
