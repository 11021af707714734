#pragma once
// Subtitles made from the speech of a video, on a thread of their own.

#include <QObject>
#include <QString>
#include <functional>
#include <string>

#include "app/gui/look/worker.h"
#include "core/session/hear/kept_hearing.h"

namespace reelquery {

/// What to make subtitles of.
struct SpeechJob {
    QString video;
    ModelChoice model;     ///< folder of a speech model
    std::string language;  ///< code; empty: the model tells
};

/// How far it is; doneS and allS are seconds of sound, allS 0 while not known.
struct SpeechProgress {
    HearPhase phase = HearPhase::kModel;
    double doneS = 0, allS = 0;
};

/// One video at a time; questions are answered beside it. Every start ends with made, failed or
/// stopped. Confined to the GUI thread; the work has its own, which is stopped and joined (0.5 s)
/// when this goes.
class SpeechMaker : public QObject {
    Q_OBJECT

  public:
    using Hear =
        std::function<KeptSpeech(const HearRequest&, const HearProgress&, const CancelToken&)>;

    /// hear: empty where nothing can be heard.
    explicit SpeechMaker(Hear hear, QObject* parent = nullptr);

    bool canHear() const { return bool(hear_); }

    bool isRunning() const { return worker_.isRunning(); }

    /// What is heard now, or was last.
    const SpeechJob& job() const { return last_; }

    /// Requires canHear and that nothing is running.
    void start(const SpeechJob& job);

    /// Ends with stopped soon, unless it ends otherwise first.
    void stop();

  Q_SIGNALS:
    void started();
    void progressed(const SpeechProgress& progress);
    void made(const SpeechJob& job, const KeptSpeech& speech);
    void failed(const SpeechJob& job, const QString& message, const QString& hint);
    void stopped();

  private:
    const Hear hear_;
    SpeechJob last_;
    Worker<SpeechProgress> worker_;
};

}  // namespace reelquery
