#pragma once
// A window with a fake session behind it, in a folder of its own.

#include <QTemporaryDir>
#include <memory>

#include "app/gui/window/main_window.h"
#include "tests/gui/clip.h"
#include "tests/support/fake_session.h"

class QAbstractButton;
class QFileDialog;
class QLabel;

namespace reelquery {

class WindowFixture {
  public:
    using Adjust = std::function<void(WindowSetup&)>;

    /// dataFolder: empty makes one that goes with the fixture. adjust: the last word on what each
    /// window of the fixture gets.
    explicit WindowFixture(FakeScript script = {}, bool hasModel = true,
                           const QString& dataFolder = {}, Adjust adjust = {});
    ~WindowFixture();

    MainWindow& window() { return *window_; }

    FakeSession& fake() { return *fake_; }

    QString folder() const { return folder_; }

    /// The key that the engine would send to a server.
    std::string serverKey(const std::string& address) const { return keyOf_(address); }

    /// A fresh window over the same data, as after a restart.
    void restart();

    /// Opens a video that need not exist (the fake session says what it is).
    void openVideo(const QString& path);

    /// Plays the script until nothing is being opened.
    void settle();

    /// What is on disk of a conversation (empty: that on screen), once everything is saved.
    std::optional<Conversation> kept(const QString& id = {});

    /// What the library on disk lists, once everything is saved.
    std::vector<LibraryEntry> listed(const QString& search = {});

    /// Writes the question and presses Enter.
    void ask(const QString& question);

    /// Plays the whole script and waits until the window has heard of it.
    void finish();

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
    QString folder_;
    FakeScript script_;
    bool hasModel_;
    Adjust adjust_;
    ServerKey keyOf_;              // the window's
    FakeSession* fake_ = nullptr;  // owned by the window's bridge
    std::unique_ptr<MainWindow> window_;
};

/// Writes the path into Qt's own dialog, which is shown where no desktop has another, and presses
/// its button.
void chooseIn(QFileDialog& dialog, const QString& path);

}  // namespace reelquery
