#pragma once
// The strip below: the figures of one answer, or the table of a comparison.

#include <QWidget>

#include "app/gui/state/exchange.h"

class QHBoxLayout;
class QLabel;
class QStackedWidget;
class QTableView;

namespace reelquery {

class ComparisonModel;
class DensityMap;

/// Confined to the GUI thread.
class LedgerView : public QWidget {
    Q_OBJECT

  public:
    explicit LedgerView(QWidget* parent = nullptr);

    /// Shows what is known of an exchange so far.
    void show(const Exchange& exchange);
    void clear();

  Q_SIGNALS:
    /// What is shown needs the room of a comparison, or that of a row of figures.
    void shown(bool isComparison);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QWidget* makeFigures();
    QWidget* makeComparison();
    void showPage(QWidget* page);
    void showFigures(const AnswerReport& report);
    void showComparison(const Exchange& exchange);

    QStackedWidget* pages_;
    QLabel* hint_;
    QWidget* figures_;
    QHBoxLayout* figureRow_;
    QWidget* comparison_;
    ComparisonModel* model_;
    QTableView* table_;
    QLabel* verdict_;
    DensityMap* map_;
};

}  // namespace reelquery
