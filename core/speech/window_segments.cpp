#include "core/speech/window_segments.h"

#include <algorithm>

#include "core/speech/speech_config.h"

namespace reelquery {

namespace {

constexpr std::int64_t kFramesPerTime = 2;

double secondsOf(std::int64_t frames) {
    return static_cast<double>(frames * kFrameSamples) / kSpeechRate;
}

}  // namespace

CutWindow cutWindow(const std::vector<TokenId>& tokens, std::int64_t seek, std::int64_t size,
                    TokenId timesBegin) {
    const auto isTime = [&](std::size_t at) { return tokens[at] >= timesBegin; };
    const auto seconds = [&](TokenId time) { return (time - timesBegin) * kTimeTokenS; };
    const std::size_t n = tokens.size();
    const double startS = secondsOf(seek);
    CutWindow cut;
    cut.endsWithOneTime = n >= 2 && !isTime(n - 2) && isTime(n - 1);
    std::vector<std::size_t> ends;
    for (std::size_t at = 1; at < n; ++at) {
        if (isTime(at - 1) && isTime(at)) ends.push_back(at);
    }
    if (ends.empty()) {
        double lengthS = secondsOf(size);
        const auto last = std::find_if(tokens.rbegin(), tokens.rend(),
                                       [&](TokenId id) { return id >= timesBegin; });
        if (last != tokens.rend() && *last != timesBegin) lengthS = seconds(*last);
        cut.segments.push_back({startS, startS + lengthS, tokens});
        cut.nextSeek = seek + size;
        return cut;
    }
    if (cut.endsWithOneTime) ends.push_back(n);
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
        cut.segments.push_back({startS + seconds(tokens[begin]),
                                startS + seconds(tokens[end - 1]),
                                {tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                                 tokens.begin() + static_cast<std::ptrdiff_t>(end)}});
        begin = end;
    }
    cut.nextSeek =
        seek +
        (cut.endsWithOneTime ? size : (tokens[ends.back() - 1] - timesBegin) * kFramesPerTime);
    return cut;
}

}  // namespace reelquery
