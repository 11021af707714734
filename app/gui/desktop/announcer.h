#pragma once
// Says to screen readers what others see happen: notices, progress, the answer as it comes.

#include <QObject>
#include <QString>
#include <QTimer>
#include <functional>

class QWidget;

namespace reelquery {

enum class Politeness {
    kPolite = 1,    ///< once the reader has finished what it says
    kAssertive = 2  ///< at once
};

/// Between two words about the same thing that goes on.
constexpr int kProgressMs = 15'000;

/// The whole sentences of a text that grows. A value.
class SentenceCutter {
  public:
    /// What of `text` ends with a sentence or a line and was not given before, without Markdown's
    /// marks; with `isOver` all that is left. A text that does not go on from the last one is
    /// taken from its start.
    QString next(const QString& text, bool isOver);

  private:
    QString taken_;  ///< what was given, as it was written
};

/// Sends announcements over the bus of the assistive technologies, where one listens. Polite ones
/// that come close together are said as one. Confined to the GUI thread.
class Announcer : public QObject {
    Q_OBJECT

  public:
    /// window: in whose name is spoken.
    explicit Announcer(QWidget& window);

    void say(const QString& text, Politeness politeness = Politeness::kPolite);

    /// That of the window which `part` belongs to; null where it has none.
    static Announcer* of(const QWidget& part);

    /// Takes the place of the bus; for tests.
    using Voice = std::function<void(const QString& text, Politeness politeness)>;

    void setVoice(Voice voice) { voice_ = std::move(voice); }

    /// Whether anybody would hear.
    bool isHeard() const;

  private:
    void flush();
    void send(const QString& text, Politeness politeness) const;

    QWidget& window_;
    Voice voice_;
    QString waiting_;
    QTimer soon_;
};

}  // namespace reelquery
