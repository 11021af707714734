#include "app/gui/models/downloads_card.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QThreadPool>

#include "app/gui/desktop/told_label.h"
#include "app/gui/look/format.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/make.h"

namespace reelquery {

namespace {

constexpr int kBarSteps = 1000;

QLabel* mutedLabel(const QString& text, QWidget* parent) {
    auto* label = make<QLabel>(text, parent);
    label->setProperty("role", QStringLiteral("muted"));
    label->setWordWrap(true);
    return label;
}

/// The largest of the lengths that fit, in a few words.
QString fitText(const std::vector<TokenNeed>& needs) {
    const TokenNeed* longest = nullptr;
    for (const TokenNeed& need : needs)
        if (need.fits) longest = &need;
    if (!longest) return DownloadsCard::tr("too large for this machine");
    return DownloadsCard::tr("fits this machine up to %1K video tokens")
        .arg(longest->videoTokens / 1024);
}

}  // namespace

DownloadsCard::DownloadsCard(ModelHub hub, QWidget* parent)
    : QFrame(parent), fetcher_(std::move(hub)) {
    setProperty("role", QStringLiteral("card"));
    auto* column = columnLayout(this, 8);
    column->setContentsMargins(14, 12, 14, 12);
    auto* title = make<QLabel>(tr("Get a model"), this);
    title->setProperty("role", QStringLiteral("heading"));
    column->addWidget(title);
    column->addWidget(mutedLabel(
        fetcher_.canFetch()
            ? tr("Reelquery goes online only when you press one of these buttons, and tells the "
                 "hub nothing but the model's name. Models go where other programs find them, too.")
            : tr("This build fetches no models. Put one in a folder and add it above."),
        this));
    if (!fetcher_.canFetch()) return;
    auto* grid = make<QGridLayout>();
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    makeList(grid);
    column->addLayout(grid);
    makeOther(column);
    makeState(column);
    connect(&fetcher_, &ModelFetcher::offered, this, &DownloadsCard::showOffer);
    connect(&fetcher_, &ModelFetcher::progressed, this, &DownloadsCard::showProgress);
    connect(&fetcher_, &ModelFetcher::fetched, this, [this](const FetchOffer& offer) {
        show(false, tr("%1 is here and verified.").arg(toQString(offer.name)));
        Q_EMIT fetched();
    });
    connect(&fetcher_, &ModelFetcher::failed, this,
            [this](const QString& message, const QString& hint) {
                const QString what = sentenceText(message);
                show(false, hint.isEmpty() ? what : what + QLatin1Char('\n') + sentenceText(hint));
            });
    connect(&fetcher_, &ModelFetcher::stopped, this,
            [this] { show(false, tr("Stopped. Fetching it again goes on from here.")); });
    show(false, {});
}

void DownloadsCard::makeList(QGridLayout* grid) {
    for (const KnownModel& model : fetcher_.hub().known) {
        const int row = grid->rowCount();
        const QString name = toQString(model.name);
        auto* label = make<QLabel>(name, this);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        QString known = bytesText(model.bytes) + QStringLiteral(" · ") + toQString(model.licence);
        if (model.hears) known += QStringLiteral(" · ") + tr("makes subtitles from speech");
        auto* facts = mutedLabel(known, this);
        auto* texts = make<QVBoxLayout>();
        texts->setSpacing(0);
        texts->addWidget(label);
        texts->addWidget(facts);
        auto* button = make<QPushButton>(tr("Fetch…"), this);
        button->setObjectName(QStringLiteral("fetch:") + name);
        button->setAccessibleName(tr("Fetch %1").arg(name));
        connect(button, &QPushButton::clicked, this, [this, name] { ask(name); });
        grid->addLayout(texts, row, 0);
        grid->addWidget(button, row, 1, Qt::AlignVCenter);
        starts_.push_back(button);
        facts_.push_back(facts);
    }
    grid->setColumnStretch(0, 1);
}

void DownloadsCard::makeOther(QBoxLayout* column) {
    auto* row = make<QHBoxLayout>();
    other_ = make<QLineEdit>(this);
    other_->setObjectName(QStringLiteral("otherModel"));
    other_->setPlaceholderText(tr("Another: OWNER/NAME, or OWNER/NAME:FILE.gguf"));
    other_->setAccessibleName(tr("Name of another model"));
    auto* button = make<QPushButton>(tr("Fetch…"), this);
    button->setObjectName(QStringLiteral("fetchOther"));
    button->setAccessibleName(tr("Fetch the named model"));
    const auto askOther = [this] {
        const QString wish = other_->text().trimmed();
        if (!wish.isEmpty() && !fetcher_.isRunning()) ask(wish);
    };
    connect(button, &QPushButton::clicked, this, askOther);
    connect(other_, &QLineEdit::returnPressed, this, askOther);
    row->addWidget(other_, 1);
    row->addWidget(button);
    column->addLayout(row);
    starts_.push_back(button);
}

void DownloadsCard::makeState(QBoxLayout* column) {
    state_ = make<ToldLabel>(this);
    state_->setObjectName(QStringLiteral("fetchState"));
    state_->setWordWrap(true);
    state_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(state_);
    bar_ = make<QProgressBar>(this);
    bar_->setObjectName(QStringLiteral("fetchBar"));
    bar_->setAccessibleName(tr("Fetched of the model"));
    bar_->setTextVisible(false);
    column->addWidget(bar_);
    auto* row = make<QHBoxLayout>();
    go_ = make<QPushButton>(this);
    go_->setObjectName(QStringLiteral("fetchGo"));
    go_->setProperty("role", QStringLiteral("primary"));
    stop_ = make<QPushButton>(tr("Stop"), this);
    stop_->setObjectName(QStringLiteral("fetchStop"));
    row->addWidget(go_);
    row->addWidget(stop_);
    row->addStretch(1);
    column->addLayout(row);
    connect(go_, &QPushButton::clicked, this, [this] {
        show(true, tr("Fetching %1…").arg(toQString(offer_.name)));
        fetcher_.fetch(offer_);
    });
    connect(stop_, &QPushButton::clicked, this, [this] {
        stop_->setEnabled(false);
        fetcher_.stop();
    });
}

void DownloadsCard::showEvent(QShowEvent* event) {
    QFrame::showEvent(event);
    findNeeds();
}

void DownloadsCard::findNeeds() {
    // Asks the card, so not before somebody looks.
    if (!fetcher_.hub().needs || std::exchange(askedNeeds_, true)) return;
    inPool(
        *QThreadPool::globalInstance(), this,
        [hub = fetcher_.hub()] {
            std::vector<std::vector<TokenNeed>> all;
            for (const KnownModel& model : hub.known) all.push_back(hub.needs(model));
            return all;
        },
        [this](const std::vector<std::vector<TokenNeed>>& all) {
            for (std::size_t i = 0; i < facts_.size(); ++i) {
                if (all[i].empty()) continue;
                facts_[i]->setText(facts_[i]->text() + QStringLiteral(" · ") + fitText(all[i]));
            }
        });
}

void DownloadsCard::ask(const QString& wish) {
    const qsizetype colon = wish.indexOf(QLatin1Char(':'));
    const QString name = wish.left(colon), file = colon < 0 ? QString() : wish.mid(colon + 1);
    show(true, tr("Asking the hub about %1…").arg(name));
    fetcher_.ask(name.toStdString(), file.toStdString());
}

void DownloadsCard::showOffer(const FetchOffer& offer) {
    offer_ = offer;
    const QString name = toQString(offer.name);
    if (offer.missingBytes == 0) {
        // Only its links may be missing: made without a byte from the network.
        show(true, tr("%1 is here already.").arg(name));
        fetcher_.fetch(offer_);
        return;
    }
    QStringList facts;
    facts << tr("%1: %2 to fetch from %3")
                 .arg(name, bytesText(offer.missingBytes), toQString(offer.host));
    facts
        << tr("licence: %1").arg(offer.licence.empty() ? tr("not told") : toQString(offer.licence));
    facts << tr("%1 free in %2").arg(bytesText(offer.freeBytes), toQString(offer.cache));
    show(false, facts.join(QStringLiteral(" · ")));
    go_->setText(tr("Fetch %1").arg(bytesText(offer.missingBytes)));
    go_->setVisible(true);
    go_->setEnabled(offer.fitsOnDisk);
    if (offer.fitsOnDisk) {
        go_->setFocus();
    } else {
        state_->tell(state_->text() + QLatin1Char('\n') +
                     tr("That is too little room. Free some, then ask again."));
    }
}

void DownloadsCard::showProgress(qint64 doneBytes, qint64 totalBytes) {
    bar_->setRange(0, kBarSteps);
    bar_->setValue(totalBytes > 0 ? int(double(doneBytes) / double(totalBytes) * kBarSteps) : 0);
    state_->tellProgress(
        tr("Fetching %1: %2 of %3")
            .arg(toQString(offer_.name), bytesText(doneBytes), bytesText(totalBytes)));
}

void DownloadsCard::show(bool isBusy, const QString& text) {
    for (QPushButton* button : starts_) button->setEnabled(!isBusy);
    state_->tell(text);
    state_->setVisible(!text.isEmpty());
    bar_->setRange(0, 0);  // busy until it is known how far
    bar_->setVisible(isBusy);
    go_->setVisible(false);
    stop_->setVisible(isBusy);
    stop_->setEnabled(isBusy);
}

}  // namespace reelquery
