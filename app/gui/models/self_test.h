#pragma once
// Shows that the chosen model runs on the chosen device: a small drawn picture, asked about.

#include <QElapsedTimer>
#include <QObject>
#include <QTemporaryDir>
#include <memory>

#include "core/session/session.h"

namespace reelquery {

class EngineBridge;

/// Loads the model, then answers in a few words about a picture of a red disc, dense and sparse.
/// Confined to the GUI thread.
class SelfTest : public QObject {
    Q_OBJECT

  public:
    explicit SelfTest(EngineBridge& bridge, QObject* parent = nullptr);

    bool isRunning() const { return request_ != 0; }

    /// Ignored while a test runs.
    void start(const ModelChoice& model);
    void stop();

  Q_SIGNALS:
    void progressed(const QString& text);
    void passed(const QString& text);
    void failed(const QString& text);

  private:
    void ask(const ModelReady& model);
    void finish(const ComparisonReport& report);
    void end();

    EngineBridge& bridge_;
    ModelChoice model_;
    RequestId request_ = 0;
    QElapsedTimer time_;
    QString loaded_;  ///< what was loaded and in what time
    std::unique_ptr<QTemporaryDir> folder_;
};

}  // namespace reelquery
