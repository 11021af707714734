#include "app/gui/conversation/moment_row.h"

#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <algorithm>

#include "app/gui/look/flow_layout.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"

namespace reelquery {

namespace {

constexpr std::size_t kMostChips = 4;
constexpr QSize kStill(96, 54);
constexpr int kChipWidth = 112, kChipGap = 6;

bool isSame(const Moment& a, const Moment& b) {
    return a.fromS == b.fromS && a.toS == b.toS && a.peakS == b.peakS && a.weight == b.weight;
}

QString spanText(const Moment& moment) {
    const QString from = clockText(moment.fromS), to = clockText(moment.toS);
    return from == to ? from : QStringLiteral("%1 – %2").arg(from, to);
}

}  // namespace

MomentRow::MomentRow(const StillAt& stillAt, QWidget* parent) : QWidget(parent), stillAt_(stillAt) {
    setObjectName(QStringLiteral("momentRow"));
    auto* column = columnLayout(this, 4);
    column->setContentsMargins(0, 4, 0, 0);
    auto* head = make<QLabel>(tr("Where the model looked, not proof"), this);
    head->setObjectName(QStringLiteral("momentHead"));
    head->setProperty("role", QStringLiteral("muted"));
    head->setWordWrap(true);
    head->setToolTip(
        tr("How much attention the question and the answer paid to each part of the video. An "
           "answer can look at the right place and still be wrong."));
    column->addWidget(head);
    auto* chips = make<QWidget>(this);
    flow_ = make<FlowLayout>(chips, kChipGap);
    column->addWidget(chips);
    closer_ = make<QPushButton>(paletteIcon(QStringLiteral("closer")), tr("Look closer"), this);
    closer_->setObjectName(QStringLiteral("closerButton"));
    closer_->setToolTip(
        tr("Ask again with frames from these moments only, more of them and larger"));
    column->addWidget(closer_, 0, Qt::AlignLeft);
    connect(closer_, &QPushButton::clicked, this, &MomentRow::closerLookRequested);
    hide();
}

void MomentRow::show(const std::vector<Moment>& moments) {
    const std::vector<Moment> wanted(
        moments.begin(), moments.begin() + std::ptrdiff_t(std::min(moments.size(), kMostChips)));
    if (std::equal(wanted.begin(), wanted.end(), moments_.begin(), moments_.end(), isSame)) return;
    moments_ = wanted;
    for (QToolButton* chip : chips_) {
        flow_->removeWidget(chip);
        chip->hide();
        chip->deleteLater();
    }
    chips_.clear();
    for (const Moment& moment : moments_) addChip(moment);
    setVisible(!moments_.empty());
}

void MomentRow::setCloserLookOffered(bool isOffered) {
    closer_->setVisible(isOffered);
}

void MomentRow::addChip(const Moment& moment) {
    auto* chip = make<QToolButton>(this);
    chip->setObjectName(QStringLiteral("momentChip"));
    chip->setProperty("role", QStringLiteral("moment"));
    chip->setFixedWidth(kChipWidth);
    chip->setFocusPolicy(Qt::StrongFocus);
    const QString share = percentText(moment.weight);
    chip->setText(QStringLiteral("%1 · %2").arg(clockText(moment.peakS), share));
    chip->setToolTip(tr("%1: %2 of the attention on the video. Click to go there.")
                         .arg(spanText(moment), share));
    chip->setAccessibleName(tr("Moment %1, %2 of the attention").arg(spanText(moment), share));
    setStill(*chip, moment);
    connect(chip, &QToolButton::clicked, this,
            [this, peakS = moment.peakS] { Q_EMIT seekRequested(peakS); });
    chips_.push_back(chip);
    flow_->addWidget(chip);
    chip->show();
}

void MomentRow::setStill(QToolButton& chip, const Moment& moment) {
    const QImage picture = stillAt_ ? stillAt_(moment.peakS) : QImage();
    if (picture.isNull()) return;
    const double ratio = devicePixelRatioF();
    QPixmap still = QPixmap::fromImage(
        picture.scaled(kStill * ratio, Qt::KeepAspectRatio, Qt::SmoothTransformation));
    still.setDevicePixelRatio(ratio);
    chip.setIcon(still);
    chip.setIconSize(kStill);
    chip.setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
}

void MomentRow::completeStills() {
    for (std::size_t at = 0; at < chips_.size(); ++at) {
        if (chips_[at]->icon().isNull()) setStill(*chips_[at], moments_[at]);
    }
}

}  // namespace reelquery
