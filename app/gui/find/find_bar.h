#pragma once
// The line under the picture to look for words in, and the way from place to place.

#include <QTimer>
#include <QWidget>

#include "app/gui/find/film_search.h"

class QLabel;
class QLineEdit;
class QToolButton;

namespace reelquery {

class MpvPlayer;

/// Hidden until it is opened. Enter goes to the next place, Shift+Enter to the one before, Esc
/// closes it. Confined to the GUI thread.
class FindBar : public QWidget {
    Q_OBJECT

  public:
    FindBar(FilmSearch& search, MpvPlayer& player, QWidget* parent = nullptr);

    void open();
    void close();

    /// Goes to the next place, or the one before, and round at the ends. Opens the bar where it is
    /// not.
    void go(bool isForward);

  Q_SIGNALS:
    /// Places of the film to be marked; none once it is closed.
    void found(const std::vector<double>& timesS);
    /// An answer without a time was gone to.
    void answerRequested(const reelquery::AnswerPlace& place);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void showState();
    void say();

    FilmSearch& search_;
    MpvPlayer& player_;
    QLineEdit* words_;
    QLabel* count_;
    QLabel* text_;
    QToolButton* back_;
    QToolButton* forward_;
    QTimer saySoon_;  ///< for those who hear: not at every letter
    QString said_;
    int at_ = -1;  ///< the hit that was gone to
    FilmHit hit_;  ///< the same
};

}  // namespace reelquery
