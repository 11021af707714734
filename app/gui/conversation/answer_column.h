#pragma once
// One answer: how it was asked, the text, what it rests on, and what went wrong.

#include <QFrame>
#include <vector>

#include "app/gui/conversation/moment_row.h"
#include "app/gui/state/exchange.h"
#include "app/gui/state/video_state.h"

class QLabel;
class QPushButton;

namespace reelquery {

class AnswerBrowser;

/// Confined to the GUI thread.
class AnswerColumn : public QFrame {
    Q_OBJECT

  public:
    /// stillAt: where the stills of moments come from; outlives the column.
    explicit AnswerColumn(const StillAt& stillAt, QWidget* parent = nullptr);

    /// heading: which answer this is; empty where there is one only. differing: words to mark.
    void show(const AnswerRecord& answer, const QString& heading,
              const std::vector<int>& differing);

    void setCloserLookOffered(bool isOffered);

    /// Offered where the frames lie far apart and would lie closer with the budget "Long".
    void setLongBudgetOffered(bool isOffered);

    /// Moments without a still look for one again.
    void completeStills();

    std::vector<CitedMoment> cited() const;
    QString shownText() const;

  Q_SIGNALS:
    void seekRequested(double seconds);
    void closerLookRequested();
    void longBudgetRequested();

  private:
    QLabel* kind_;
    QLabel* status_;
    AnswerBrowser* text_;
    QLabel* error_;
    QLabel* hint_;
    QLabel* basis_;
    QPushButton* longer_;
    bool isGapWide_ = false;
    QLabel* notes_;
    MomentRow* moments_;
    QLabel* lines_;
};

/// What an answer is called beside another: "Dense", "Closer look at 0:27 – 0:33"; with its side
/// where a comparison has closer looks. Empty for an answer that stands alone.
QString answerHeading(const Exchange& exchange, const AnswerRecord& answer);

/// When the model saw a frame or read a line, ascending: the times that an answer can mean.
std::vector<double> knownTimes(const AnswerReport& report);

/// "96 frames from 0:00 to 12:31", with decode errors and unknown times where there are any.
QString basisText(const AnswerReport& report, int unknownTimes);

/// The lines of what is said that the model looked at, as rich text whose times are links to
/// "seek:SECONDS"; empty where there are none.
QString saidLinesText(const Evidence& evidence);

/// What the engine wants the user to know about the answer, a line each; empty without notes.
QString notesText(const AnswerReport& report);

}  // namespace reelquery
