#pragma once
// The one object that turns engine events into signals on the GUI thread.

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "core/session/session.h"

namespace reelquery {

/// Owns the session. Progress and answer text are merged, and signals come in batches at most 30
/// times a second; a batch that takes long is continued in the next turn of the event loop, so
/// that a burst of frames never holds the window up.
/// Confined to the GUI thread, but for receive(), which the engine calls; pending_ is guarded by
/// mutex_.
class EngineBridge : public QObject {
    Q_OBJECT

  public:
    using SessionFactory = std::function<std::unique_ptr<Session>(EventSink)>;

    explicit EngineBridge(const SessionFactory& makeSession, QObject* parent = nullptr);
    /// Stops what runs and waits for the engine (at most 0.5 s).
    ~EngineBridge() override;

    RequestId openVideo(const QString& path, int videoTrack);
    RequestId plan(AskRequest request);
    RequestId loadModel(ModelChoice model);
    RequestId watch(AskRequest request);
    RequestId ask(AskRequest request);
    RequestId compare(CompareRequest request);
    void cancel(RequestId request);

  Q_SIGNALS:
    void videoOpened(const VideoOpened& event);
    void planReady(const PlanReady& event);
    void modelReady(const ModelReady& event);
    void progressed(const Progress& event);
    void scannedTo(const ScannedTo& event);
    void frameSeen(const FrameSeen& event);
    void answerGrew(RequestId request, const QString& text);
    void answerDone(const AnswerDone& event);
    void comparisonStepped(const ComparisonStep& event);
    void comparisonDone(const ComparisonDone& event);
    void watchedTo(const WatchedTo& event);
    void watched(const Watched& event);
    void failed(const Failed& event);
    void cancelled(const Cancelled& event);

  private:
    void receive(const Event& event);
    bool mergeIntoPending(const Event& event);
    void wake();
    void deliver();
    void send(const Event& event);

    std::mutex mutex_;
    std::deque<Event> pending_;
    bool isScheduled_ = false;  // guarded by mutex_

    QElapsedTimer sinceDelivery_;
    QTimer throttle_;
    std::unique_ptr<Session> session_;
};

}  // namespace reelquery
