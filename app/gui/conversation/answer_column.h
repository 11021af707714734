#pragma once
// One answer: how it was asked, the text, what it rests on, and what went wrong.

#include <QFrame>
#include <vector>

#include "app/gui/state/exchange.h"
#include "app/gui/state/video_state.h"

class QLabel;

namespace reelquery {

class AnswerText;

/// Confined to the GUI thread.
class AnswerColumn : public QFrame {
    Q_OBJECT

  public:
    explicit AnswerColumn(QWidget* parent = nullptr);

    /// showsKind: say whether this is the dense or the sparse answer. differing: words to mark.
    void show(const AnswerRecord& answer, bool showsKind, const std::vector<int>& differing);

    std::vector<CitedMoment> cited() const;
    QString shownText() const;

  Q_SIGNALS:
    void seekRequested(double seconds);

  private:
    QLabel* kind_;
    QLabel* status_;
    AnswerText* text_;
    QLabel* error_;
    QLabel* hint_;
    QLabel* basis_;
};

/// "96 frames from 0:00 to 12:31", with decode errors and unknown times where there are any.
QString basisText(const AnswerReport& report, int unknownTimes);

}  // namespace reelquery
