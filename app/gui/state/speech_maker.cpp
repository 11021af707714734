#include "app/gui/state/speech_maker.h"

#include <exception>
#include <utility>

#include "app/gui/look/format.h"
#include "app/gui/look/post_to.h"
#include "core/base/error.h"

namespace reelquery {

SpeechMaker::SpeechMaker(Hear hear, QObject* parent) : QObject(parent), hear_(std::move(hear)) {}

SpeechMaker::~SpeechMaker() = default;

void SpeechMaker::start(const SpeechJob& job) {
    ENSURE(canHear() && !isRunning(), "one video is heard at a time");
    job_ = last_ = job;
    thread_ = std::jthread([this, job](const std::stop_token& quit) { run(quit, job); });
    Q_EMIT started();
}

void SpeechMaker::stop() {
    if (isRunning()) thread_.request_stop();
}

template <class Tell>
void SpeechMaker::endWith(Tell tell) {
    postTo(this, [this, tell = std::move(tell)] {
        thread_.join();
        job_.reset();
        tell();
    });
}

void SpeechMaker::run(const std::stop_token& quit, const SpeechJob& job) {
    HearRequest request;
    request.file = toPath(job.video);
    request.model = job.model;
    request.language = job.language;
    const auto fail = [&](const std::string& message, const std::string& hint) {
        endWith([this, job, message, hint] {
            Q_EMIT failed(job, toQString(message), toQString(hint));
        });
    };
    try {
        KeptSpeech speech = hear_(
            request,
            [this](HearPhase phase, double doneS, double allS) {
                tell({phase, doneS, allS});
            },
            quit);
        endWith([this, job, speech = std::move(speech)] { Q_EMIT made(job, speech); });
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kCancelled) {
            endWith([this] { Q_EMIT stopped(); });
        } else {
            fail(error.message(), error.hint());
        }
    } catch (const std::exception& error) {
        fail(error.what(), {});
    }
}

void SpeechMaker::tell(const SpeechProgress& progress) {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(news_, progress)) return;  // the one that waits is told this instead
    }
    postTo(this, [this] {
        std::optional<SpeechProgress> news;
        {
            const std::lock_guard lock(mutex_);
            news = std::exchange(news_, {});
        }
        if (news && isRunning()) Q_EMIT progressed(*news);
    });
}

}  // namespace reelquery
