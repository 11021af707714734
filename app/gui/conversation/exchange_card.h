#pragma once
// One exchange of the conversation: the question, and its answer or its two answers side by side.

#include <QFrame>
#include <vector>

#include "app/gui/compare/word_diff.h"
#include "app/gui/conversation/moment_row.h"
#include "app/gui/state/exchange.h"
#include "app/gui/state/video_state.h"

class QBoxLayout;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace reelquery {

class AnswerColumn;

/// Shows what it is given; the conversation view owns the data. Confined to the GUI thread.
class ExchangeCard : public QFrame {
    Q_OBJECT

  public:
    /// stillAt: where the stills of moments come from; outlives the card.
    ExchangeCard(const Exchange& exchange, const StillAt& stillAt, QWidget* parent = nullptr);

    void show(const Exchange& exchange);

    /// Regenerate is offered on the last exchange only: asking again drops what follows.
    void setLast(bool isLast);
    void setRunning(bool isRunning);

    /// Which of how many versions of the question this is.
    void setVersions(int shown, int count);

    /// Moments without a still look for one again.
    void completeStills();

    /// As narrow as the view wants it: what is in the card is arranged anew.
    QSize minimumSizeHint() const override;

    /// The checked times of the last answer.
    std::vector<CitedMoment> cited() const;

  Q_SIGNALS:
    void seekRequested(double seconds);
    void copyRequested();
    void editRequested();
    void regenerateRequested();
    void longBudgetRequested();
    void closerLookRequested(int answer);
    void versionRequested(int which);
    void selected();

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

  private:
    /// A column for each answer; a closer look stands below the answer it looks at.
    void fitColumns(const Exchange& exchange);
    void arrange();
    void findDifference(const Exchange& exchange);

    QWidget* makeVersions();

    const StillAt& stillAt_;
    QLabel* question_;
    QBoxLayout* sidesLayout_;
    std::vector<QVBoxLayout*> sides_;     ///< one, or those of a comparison
    std::vector<AnswerColumn*> columns_;  ///< one for each answer, in the exchange's order
    std::vector<bool> wantsCloser_;       ///< which answers have moments to look closer at
    WordDiff difference_;                 ///< of a comparison, once both answers are done
    QLabel* differenceText_;
    QToolButton* copy_;
    QToolButton* edit_;
    QToolButton* regenerate_;
    QWidget* versions_;
    QLabel* versionText_;
    QToolButton* earlier_;
    QToolButton* later_;
    int version_ = 0, versionCount_ = 1;
    bool isLast_ = false, isRunning_ = false, isComparison_ = false, isCompared_ = false;
};

}  // namespace reelquery
