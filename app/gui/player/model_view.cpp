#include "app/gui/player/model_view.h"

#include <QLabel>
#include <QListView>
#include <QVBoxLayout>

#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/player/frame_canvas.h"
#include "app/gui/player/frame_delegate.h"
#include "app/gui/state/seen_frames.h"

namespace reelquery {

ModelView::ModelView(SeenFrames& frames, QWidget* parent) : QWidget(parent), frames_(frames) {
    auto* column = columnLayout(this, 4);
    canvas_ = make<FrameCanvas>(this);
    canvas_->setHint(tr("Ask a question to see the frames the model looks at"));
    caption_ = make<QLabel>(this);
    caption_->setObjectName(QStringLiteral("modelViewCaption"));
    caption_->setAlignment(Qt::AlignCenter);
    caption_->setWordWrap(true);
    strip_ = make<QListView>(this);
    strip_->setObjectName(QStringLiteral("filmstrip"));
    strip_->setAccessibleName(tr("Frames the model saw"));
    strip_->setFlow(QListView::LeftToRight);
    strip_->setWrapping(false);
    strip_->setUniformItemSizes(true);
    strip_->setFrameShape(QFrame::NoFrame);
    strip_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    strip_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    strip_->setItemDelegate(make<FrameDelegate>(strip_));
    strip_->setModel(&frames);
    strip_->setFixedHeight(FrameDelegate::kHeight + 18);
    column->addWidget(canvas_, 1);
    column->addWidget(caption_);
    column->addWidget(strip_);
    const auto seek = [this](const QModelIndex& index) {
        if (index.isValid()) Q_EMIT seekRequested(frames_.timeS(index.row()));
    };
    connect(strip_, &QListView::clicked, this, seek);
    connect(strip_, &QListView::activated, this, seek);
    connect(&frames, &SeenFrames::rowsInserted, this, &ModelView::showCurrent);
    connect(&frames, &SeenFrames::modelReset, this, &ModelView::showCurrent);
    showCurrent();
}

void ModelView::setPosition(double seconds) {
    positionS_ = seconds;
    if (isVisible()) showCurrent();
}

void ModelView::showCurrent() {
    const int row = frames_.nearest(positionS_);
    strip_->setVisible(row >= 0);
    caption_->setVisible(row >= 0);
    if (row < 0) {
        canvas_->setPicture({});
        return;
    }
    const QImage picture = frames_.picture(row);
    canvas_->setPicture(picture);
    caption_->setText(tr("Frame %1 of %2 · %3 · %4 × %5 pixels, as the model sees it")
                          .arg(row + 1)
                          .arg(frames_.rowCount())
                          .arg(clockText(frames_.timeS(row)))
                          .arg(picture.width())
                          .arg(picture.height()));
    const QModelIndex index = frames_.index(row);
    if (strip_->currentIndex() == index) return;
    strip_->setCurrentIndex(index);
    strip_->scrollTo(index, QAbstractItemView::PositionAtCenter);
}

}  // namespace reelquery
