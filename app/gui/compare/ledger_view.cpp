#include "app/gui/compare/ledger_view.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "app/gui/compare/bar_delegate.h"
#include "app/gui/compare/comparison_model.h"
#include "app/gui/compare/density_map.h"
#include "app/gui/look/make.h"

namespace reelquery {

LedgerView::LedgerView(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("ledger"));
    auto* column = columnLayout(this, 0);
    pages_ = make<QStackedWidget>(this);
    hint_ = make<QLabel>(pages_);
    hint_->setObjectName(QStringLiteral("ledgerHint"));
    hint_->setProperty("role", QStringLiteral("muted"));
    hint_->setAlignment(Qt::AlignCenter);
    hint_->setWordWrap(true);
    pages_->addWidget(hint_);
    pages_->addWidget(makeFigures());
    pages_->addWidget(makeComparison());
    column->addWidget(pages_);
    clear();
}

QWidget* LedgerView::makeFigures() {
    auto* area = make<QScrollArea>(pages_);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setAccessibleName(tr("Figures of the answer"));
    auto* page = make<QWidget>(area);
    page->setObjectName(QStringLiteral("figurePage"));
    figureRow_ = rowLayout(page, 26);
    figureRow_->setContentsMargins(16, 4, 16, 8);
    area->setWidget(page);
    area->setFocusPolicy(Qt::TabFocus);
    page->installEventFilter(this);
    figures_ = area;
    return area;
}

QWidget* LedgerView::makeComparison() {
    comparison_ = make<QWidget>(pages_);
    auto* row = rowLayout(comparison_, 16);
    row->setContentsMargins(12, 2, 16, 8);
    table_ = make<QTableView>(comparison_);
    table_->setObjectName(QStringLiteral("comparisonTable"));
    table_->setAccessibleName(tr("Dense and sparse, figure by figure"));
    model_ = make<ComparisonModel>(table_);
    table_->setModel(model_);
    table_->setItemDelegate(make<BarDelegate>(table_));
    table_->setFrameShape(QFrame::NoFrame);
    table_->setShowGrid(false);
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    table_->setTabKeyNavigation(false);
    table_->setWordWrap(false);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    table_->verticalHeader()->setMinimumSectionSize(0);
    table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    table_->horizontalHeader()->setSectionResizeMode(2, QHeaderView::Stretch);
    table_->horizontalHeader()->setSectionsClickable(false);
    row->addWidget(table_, 5);
    auto* side = make<QVBoxLayout>();
    side->setSpacing(8);
    verdict_ = make<QLabel>(comparison_);
    verdict_->setObjectName(QStringLiteral("verdict"));
    verdict_->setWordWrap(true);
    verdict_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    side->addWidget(verdict_);
    map_ = make<DensityMap>(comparison_);
    side->addWidget(map_, 1);
    row->addLayout(side, 4);
    return comparison_;
}

bool LedgerView::eventFilter(QObject* watched, QEvent* event) {
    // The strip is as high as its figures, so that the dock can be made small.
    if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Show) {
        auto* page = static_cast<QWidget*>(watched);
        auto* area = static_cast<QScrollArea*>(figures_);
        area->setMinimumHeight(page->minimumSizeHint().height() +
                               area->horizontalScrollBar()->sizeHint().height());
    }
    return QWidget::eventFilter(watched, event);
}

void LedgerView::showPage(QWidget* page) {
    // Room is made before the page asks for it: the dock's height of before is to come back.
    if (page == comparison_) Q_EMIT shown(true);
    // The hidden pages must not hold the dock as high as the table needs it.
    for (QWidget* each : {static_cast<QWidget*>(hint_), figures_, comparison_}) {
        const auto policy = each == page ? QSizePolicy::Preferred : QSizePolicy::Ignored;
        each->setSizePolicy(policy, policy);
    }
    pages_->setCurrentWidget(page);
    if (page != comparison_) Q_EMIT shown(false);
}

void LedgerView::clear() {
    hint_->setText(tr("Times, tokens and memory of each answer appear here."));
    showPage(hint_);
}

void LedgerView::show(const Exchange& exchange) {
    if (exchange.isComparison()) {
        showComparison(exchange);
    } else if (const AnswerRecord* last = exchange.finished(); last && last->report) {
        showFigures(*last->report);
    } else {
        clear();
    }
}

void LedgerView::showFigures(const AnswerReport& report) {
    while (QLayoutItem* item = figureRow_->takeAt(0)) {
        const std::unique_ptr<QLayoutItem> taken(item);
        if (item->widget()) item->widget()->deleteLater();
    }
    for (const LedgerFigure& figure : ledgerFigures(report)) {
        auto* tile = make<QWidget>(figures_);
        tile->setToolTip(figure.tip);
        auto* column = columnLayout(tile, 0);
        auto* name = make<QLabel>(figure.name, tile);
        name->setProperty("role", QStringLiteral("caption"));
        auto* value = make<QLabel>(figure.value, tile);
        value->setProperty("role", QStringLiteral("figure"));
        value->setAccessibleName(QStringLiteral("%1 %2").arg(figure.name, figure.value));
        column->addWidget(name);
        column->addWidget(value);
        figureRow_->addWidget(tile, 0, Qt::AlignVCenter);
    }
    figureRow_->addStretch(1);
    showPage(figures_);
}

void LedgerView::showComparison(const Exchange& exchange) {
    const ComparisonReport* report = exchange.comparison ? &*exchange.comparison : nullptr;
    const bool isOver = exchange.answers[0].isOver() && exchange.answers[1].isOver();
    if (isOver && !report) {
        // A table without a figure would take room for nothing.
        hint_->setText(tr("No verdict: both sides have to finish for one."));
        return showPage(hint_);
    }
    model_->show(comparisonRows(report));
    map_->show(report ? report->sparse.report.layers : std::vector<LayerAttention>());
    verdict_->setText(report ? comparisonVerdict(*report)
                             : tr("The verdict comes when both sides have finished."));
    showPage(comparison_);
}

}  // namespace reelquery
