#pragma once
// A line that says how something stands: whoever does not see it change hears it.

#include <QElapsedTimer>
#include <QLabel>

namespace reelquery {

/// Announces its text in the name of its window, while it is on screen. Confined to the GUI thread.
class ToldLabel : public QLabel {
    Q_OBJECT

  public:
    using QLabel::QLabel;

    /// Shows the text, and says it where it is another one than was said last.
    void tell(const QString& text);

    /// The same of a text that changes all the time: said now and then.
    void tellProgress(const QString& text);

  private:
    void saySoon();

    QString said_;
    QElapsedTimer sinceProgress_;
};

}  // namespace reelquery
