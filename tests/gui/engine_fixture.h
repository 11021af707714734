#pragma once
// A window over the real engine with the embedded model, in a folder of its own.

#include <QTemporaryDir>
#include <QUrl>
#include <filesystem>
#include <functional>
#include <memory>

#include "app/gui/window/main_window.h"

namespace reelquery {

/// What the engine's window is started with.
struct EngineSetup {
    QString dataFolder;  ///< empty makes one that goes with the fixture
    std::filesystem::path model = REELQUERY_DEMO_MODEL;  ///< empty: there is none
    std::int64_t videoTokens = 1024;                     ///< of a question
    std::function<void(WindowSetup&)> adjust = {};       ///< the last word on what a window gets
};

class EngineFixture {
  public:
    explicit EngineFixture(EngineSetup setup = {});
    ~EngineFixture();

    MainWindow& window() { return *window_; }

    /// A fresh window and engine over the same data, as after a restart.
    void restart();

    /// Drops the file on the window and waits until engine and player have it.
    void dropVideo(const QString& path);

    /// The same for the address that a file manager gives; `path`: what it is in the window.
    void dropUrl(const QUrl& url, const QString& path);

    /// Writes the question and presses Enter, or Ctrl+Enter.
    void ask(const QString& question, bool isComparison = false);

    /// Waits until the running question has made some progress in this phase or one after it.
    bool waitForPhase(Phase phase);

    /// The latest phase that the last question was told to be in.
    std::optional<Phase> phase() const { return phase_; }

    /// Waits until nothing runs; for slow machines, and those with sanitizers, minutes.
    bool waitUntilIdle();

    const AnswerRecord& answer(int exchange = 0, int which = 0);

    template <class Child>
    Child* child(const char* name) {
        return window_->findChild<Child*>(QLatin1String(name));
    }

    /// The last one of that name: cards repeat their names.
    QString lastText(const char* labelName);

  private:
    void makeWindow();

    QTemporaryDir temporary_;
    EngineSetup setup_;
    std::unique_ptr<MainWindow> window_;
    std::optional<Phase> phase_;  ///< the latest of the running question
};

/// The video of the first run.
QString sampleVideoPath();

}  // namespace reelquery
