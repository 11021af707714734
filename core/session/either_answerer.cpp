#include "core/session/either_answerer.h"

#include <utility>

#include "core/remote/remote_answerer.h"

namespace reelquery {

EitherAnswerer::EitherAnswerer(std::unique_ptr<Answerer> here, ServerKey keyOf)
    : here_(std::move(here)), keyOf_(std::move(keyOf)) {}

EitherAnswerer::~EitherAnswerer() = default;

std::shared_ptr<Answerer> EitherAnswerer::answererOf(const ModelChoice& choice) const {
    if (choice.server.empty()) return here_;
    const std::string key = keyOf_ ? keyOf_(choice.server) : std::string();
    const std::lock_guard lock(mutex_);
    const bool isSame = there_.answerer && there_.address == choice.server &&
                        there_.model == choice.serverModel && there_.key == key;
    if (!isSame) {
        RemoteServer server;
        server.url = choice.server;
        server.key = key;
        server.model = choice.serverModel;
        there_ = {choice.server, choice.serverModel, key,
                  std::make_shared<RemoteAnswerer>(std::move(server))};
    }
    return there_.answerer;
}

Capabilities EitherAnswerer::capabilities(const ModelChoice& choice) const {
    return answererOf(choice)->capabilities(choice);
}

FrameRules EitherAnswerer::frameRules(const ModelChoice& choice) const {
    return answererOf(choice)->frameRules(choice);
}

Plan EitherAnswerer::plan(const Question& question, const CancelToken& cancel) {
    return answererOf(question.asked.model)->plan(question, cancel);
}

ModelReady EitherAnswerer::load(const ModelChoice& choice,
                                const std::function<void(std::int64_t, std::int64_t)>& progress,
                                const CancelToken& cancel) {
    return answererOf(choice)->load(choice, progress, cancel);
}

void EitherAnswerer::watch(const AskContext& ask) {
    answererOf(ask.question.asked.model)->watch(ask);
}

void EitherAnswerer::idle(const CancelToken& cancel) {
    here_->idle(cancel);
}

AnswerReport EitherAnswerer::answer(const AskContext& ask, std::string& said) {
    return answererOf(ask.question.asked.model)->answer(ask, said);
}

ComparisonReport EitherAnswerer::compare(const AskContext& ask, int rounds) {
    return answererOf(ask.question.asked.model)->compare(ask, rounds);
}

}  // namespace reelquery
