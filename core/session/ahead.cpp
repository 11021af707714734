#include "core/session/ahead.h"

#include <utility>

namespace reelquery {

bool goesOnFrom(const AskRequest& watched, const AskRequest& question) {
    return question.mayReuse && question.video == watched.video &&
           question.model == watched.model && question.sampling == watched.sampling &&
           question.videoTrack == watched.videoTrack && question.subtitles == watched.subtitles &&
           question.speech == watched.speech && question.systemPrompt == watched.systemPrompt &&
           question.attention == watched.attention &&
           question.maxMemoryBytes == watched.maxMemoryBytes &&
           (watched.wantFrames || !question.wantFrames);
}

void Ahead::begin(RequestId watching, AskRequest request) {
    all_.push_back({watching, std::move(request), 0});
}

void Ahead::end(RequestId watching) {
    std::erase_if(all_, [&](const Watching& one) { return one.id == watching; });
}

std::vector<RequestId> Ahead::makeWay(RequestId newcomer,
                                      const std::function<bool(const AskRequest&)>& mayLive,
                                      bool isHeir) {
    std::vector<RequestId> stopped;
    for (Watching& one : all_) {
        if (one.heir != 0) continue;
        if (!mayLive(one.request)) {
            stopped.push_back(one.id);
        } else if (isHeir) {
            one.heir = newcomer;
            waited_.insert(newcomer);
        }
    }
    return stopped;
}

std::optional<RequestId> Ahead::stoppedWith(RequestId request) const {
    for (const Watching& one : all_) {
        if (one.heir == request) return one.id;
    }
    return {};
}

RequestId Ahead::heir(RequestId watching) const {
    for (const Watching& one : all_) {
        if (one.id == watching) return one.heir;
    }
    return 0;
}

}  // namespace reelquery
