#include "app/gui/models/gpu_half_card.h"

#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>
#include <utility>

#include "app/gui/desktop/told_label.h"
#include "app/gui/look/format.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/make.h"

namespace reelquery {

namespace {

constexpr int kCardBarSteps = 1000;

}  // namespace

GpuHalfCard::GpuHalfCard(const GpuHalf& half, QWidget* parent)
    : QFrame(parent), half_(half), fetcher_(half.hub) {
    setObjectName(QStringLiteral("gpuHalfCard"));
    setProperty("role", QStringLiteral("card"));
    auto* column = columnLayout(this, 8);
    column->setContentsMargins(14, 12, 14, 12);
    auto* head = make<QLabel>(tr("Libraries for the card"), this);
    head->setProperty("role", QStringLiteral("heading"));
    column->addWidget(head);
    text_ = make<ToldLabel>(this);
    text_->setObjectName(QStringLiteral("gpuHalfText"));
    text_->setTextFormat(Qt::PlainText);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(text_);
    bar_ = make<QProgressBar>(this);
    bar_->setAccessibleName(tr("Fetched of the libraries"));
    bar_->setTextVisible(false);
    column->addWidget(bar_);
    auto* row = make<QHBoxLayout>();
    go_ = make<QPushButton>(this);
    go_->setObjectName(QStringLiteral("gpuHalfGo"));
    go_->setProperty("role", QStringLiteral("primary"));
    stop_ = make<QPushButton>(tr("Stop"), this);
    stop_->setObjectName(QStringLiteral("gpuHalfStop"));
    row->addWidget(go_);
    row->addWidget(stop_);
    row->addStretch(1);
    column->addLayout(row);
    connect(go_, &QPushButton::clicked, this, [this] {
        say(tr("Fetching…"), true);
        fetcher_.fetch(offer_);
    });
    connect(stop_, &QPushButton::clicked, this, [this] {
        stop_->setEnabled(false);
        fetcher_.stop();
    });
    connect(&fetcher_, &ModelFetcher::offered, this, &GpuHalfCard::offer);
    connect(&fetcher_, &ModelFetcher::progressed, this, [this](qint64 done, qint64 all) {
        text_->tellProgress(tr("Fetching: %1 of %2").arg(bytesText(done), bytesText(all)));
        bar_->setRange(0, kCardBarSteps);
        bar_->setValue(all > 0 ? int(double(done) / double(all) * kCardBarSteps) : 0);
    });
    connect(&fetcher_, &ModelFetcher::fetched, this, [this] {
        say(tr("All is here. Start Reelquery again, and it uses the card."), false);
        go_->setVisible(false);
    });
    connect(&fetcher_, &ModelFetcher::failed, this,
            [this](const QString& message, const QString& hint) {
                say(sentenceText(message) + QLatin1Char('\n') + sentenceText(hint), false);
            });
    connect(&fetcher_, &ModelFetcher::stopped, this,
            [this] { say(tr("Stopped. What came is kept, and it goes on from there."), false); });
    hide();
}

void GpuHalfCard::look() {
    if (!half_.isWanted || !fetcher_.canFetch() || std::exchange(hasLooked_, true)) return;
    inPool(*QThreadPool::globalInstance(), this, half_.isWanted, [this](bool isWanted) {
        if (isWanted) fetcher_.ask({}, {});  // of these no network is asked
    });
}

void GpuHalfCard::offer(const FetchOffer& offer) {
    offer_ = offer;
    const QString room =
        tr("%1 free in %2").arg(bytesText(offer.freeBytes), toQString(offer.cache));
    go_->setText(tr("Fetch %1").arg(bytesText(offer.missingBytes)));
    say(tr("An NVIDIA card is here, and the libraries it needs are not. They come from %1, %2, are "
           "compared with hashes that this program brings along, and go into your own folder: %3.")
            .arg(toQString(offer.host), bytesText(offer.missingBytes), room),
        false);
    go_->setEnabled(offer.fitsOnDisk);
    if (!offer.fitsOnDisk)
        text_->tell(text_->text() + QLatin1Char('\n') +
                    tr("That is too little room. Free some, then come back."));
    show();
}

void GpuHalfCard::say(const QString& text, bool isBusy) {
    text_->tell(text);
    bar_->setRange(0, 0);
    bar_->setVisible(isBusy);
    stop_->setVisible(isBusy);
    stop_->setEnabled(isBusy);
    go_->setVisible(!isBusy);
}

}  // namespace reelquery
