#pragma once
// A hurried person: random keys, clicks, drops, opens, questions and stops, in one window.

#include <QString>
#include <QStringList>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "app/gui/window/main_window.h"

namespace reelquery {

class QuestionBox;

/// The window and the engine behind it.
struct UsedWindow {
    MainWindow& window;
    std::function<void(int events)> goOn;  ///< lets the engine go on a little
    std::function<void()> settle;          ///< waits until nothing is being opened
    bool setsRanges = true;                ///< questions about a part of the video, too
};

/// Every question says which video it is about. The same seed does the same, as far as the window
/// is as quick. Confined to the GUI thread.
class RandomUser {
  public:
    /// firstQuestion: the number that goes before that of the first question.
    RandomUser(UsedWindow used, QStringList videos, unsigned seed, int firstQuestion = 0);

    void act();

    /// Forgets what was done so far, but not the way it goes on.
    void forget();

    /// Conversations that were on screen or being answered since the last call, and at it.
    std::set<QString> takeTouched();

  private:
    int number(int below) { return int(random_() % unsigned(below)); }

    QString video() { return videos_[number(int(videos_.size()))]; }

    MainWindow& window() { return used_.window; }

    QuestionBox& box();
    void touch();
    QString question();
    void askSomething();
    void drop();
    void clickLibrary();
    void pressKey();
    void typeWords();
    void trigger();
    void edit();
    void switchVersion();
    void removeOrBringBack();
    void clickButton();

    UsedWindow used_;
    QStringList videos_;
    std::mt19937 random_;
    std::set<QString> touched_;
    QStringList removed_;
    int asked_;
};

/// Looks at the library from outside, now and then.
class LibraryAuditor {
  public:
    LibraryAuditor(MainWindow& window, QString libraryFile)
        : window_(window), file_(std::move(libraryFile)) {}

    /// Saves all, and compares with the time before: what is wrong with conversations that were not
    /// touched since; empty where nothing is. Every question and answer is given to `problemOf`,
    /// with its conversation; it says what is wrong with them.
    QString check(const std::set<QString>& touched,
                  const std::function<QString(const Conversation&, const Exchange&)>& problemOf);

    int conversations() const { return int(before_.size()); }

  private:
    MainWindow& window_;
    const QString file_;
    std::map<QString, Conversation> before_;
};

/// The questions of a conversation with their answers, those of its other versions included.
std::vector<Exchange> allOf(const Conversation& conversation);

/// What is wrong with where a question went: it says which video it is about.
QString wrongPlaceOf(const Conversation& conversation, const Exchange& exchange);

/// Copies of these videos under names that questions can tell apart, each with its own content.
QStringList makeVideos(const QStringList& sources, const QString& folder);

}  // namespace reelquery
