#include "app/gui/state/speech_maker.h"

#include <utility>

#include "core/base/error.h"

namespace reelquery {

SpeechMaker::SpeechMaker(Hear hear, QObject* parent)
    : QObject(parent),
      hear_(std::move(hear)),
      worker_(this, {[this](const SpeechProgress& progress) { Q_EMIT progressed(progress); },
                     [this] { Q_EMIT stopped(); },
                     [this](const QString& message, const QString& hint) {
                         Q_EMIT failed(last_, message, hint);
                     }}) {}

void SpeechMaker::start(const SpeechJob& job) {
    ENSURE(canHear() && !isRunning(), "one video is heard at a time");
    last_ = job;
    worker_.start([this, job](const std::stop_token& quit) {
        HearRequest request;
        request.file = toPath(job.video);
        request.model = job.model;
        request.language = job.language;
        const auto tell = [this](HearPhase phase, double doneS, double allS) {
            worker_.tell({phase, doneS, allS});
        };
        return [this, job, speech = hear_(request, tell, quit)] { Q_EMIT made(job, speech); };
    });
    Q_EMIT started();
}

void SpeechMaker::stop() {
    worker_.stop();
}

}  // namespace reelquery
