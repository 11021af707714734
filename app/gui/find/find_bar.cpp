#include "app/gui/find/find_bar.h"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QStyle>
#include <QToolButton>
#include <algorithm>

#include "app/gui/desktop/announcer.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/player/mpv_player.h"

namespace reelquery {

namespace {

constexpr double kSameS = 0.25;
constexpr int kLeastWords = 90;  // pixels, to see what is typed

/// Shows as much of its text as there is room for.
class LineLabel : public QLabel {
  public:
    using QLabel::QLabel;

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        const QString line = fontMetrics().elidedText(text(), Qt::ElideRight, width());
        style()->drawItemText(&painter, rect(), Qt::AlignLeft | Qt::AlignVCenter, palette(), true,
                              line, foregroundRole());
    }
};

QToolButton* button(const char* icon, const QString& name, QWidget* parent) {
    auto* made = make<QToolButton>(parent);
    made->setIcon(paletteIcon(QLatin1String(icon)));
    made->setToolTip(name);
    made->setAccessibleName(name);
    return made;
}

}  // namespace

FindBar::FindBar(FilmSearch& search, MpvPlayer& player, QWidget* parent)
    : QWidget(parent), search_(search), player_(player) {
    setObjectName(QStringLiteral("findBar"));
    auto* row = rowLayout(this, 6);
    row->setContentsMargins(10, 4, 10, 0);
    words_ = make<QLineEdit>(this);
    words_->setObjectName(QStringLiteral("findWords"));
    words_->setPlaceholderText(tr("Find in subtitles and answers…"));
    words_->setAccessibleName(tr("Find in this film"));
    words_->setClearButtonEnabled(true);
    words_->setMinimumWidth(kLeastWords);
    words_->setMaximumWidth(280);
    words_->installEventFilter(this);
    count_ = make<QLabel>(this);
    count_->setObjectName(QStringLiteral("findCount"));
    text_ = make<LineLabel>(this);
    text_->setObjectName(QStringLiteral("findText"));
    text_->setProperty("role", QStringLiteral("muted"));
    text_->setTextFormat(Qt::PlainText);
    text_->setMinimumWidth(40);
    text_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    back_ = button("moment-back", tr("Previous place (Shift+F3)"), this);
    forward_ = button("moment-forward", tr("Next place (F3)"), this);
    auto* shut = button("close", tr("Close (Esc)"), this);
    row->addWidget(words_, 1);
    row->addWidget(back_);
    row->addWidget(forward_);
    row->addWidget(count_);
    row->addWidget(text_, 2);
    row->addWidget(shut);
    connect(words_, &QLineEdit::textChanged, this, [this](const QString& words) {
        at_ = -1;
        search_.find(words);
    });
    connect(back_, &QToolButton::clicked, this, [this] { go(false); });
    connect(forward_, &QToolButton::clicked, this, [this] { go(true); });
    connect(shut, &QToolButton::clicked, this, &FindBar::close);
    connect(&search_, &FilmSearch::changed, this, &FindBar::showState);
    constexpr int kTypedMs = 700;
    saySoon_.setSingleShot(true);
    saySoon_.setInterval(kTypedMs);
    connect(&saySoon_, &QTimer::timeout, this, &FindBar::say);
    hide();
}

void FindBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    // Where the picture is narrow, what was typed goes before what was found.
    count_->setVisible(width() >= kLeastWords + 230);
    text_->setVisible(width() >= kLeastWords + 310);
}

void FindBar::say() {
    Announcer* announcer = Announcer::of(*this);
    if (!announcer || !isVisible() || count_->text().isEmpty()) return;
    QString text = count_->text();
    if (!text_->text().isEmpty()) text += QStringLiteral(", ") + text_->text();
    if (text == said_) return;
    said_ = text;
    announcer->say(text);
}

void FindBar::open() {
    show();
    words_->setFocus();
    words_->selectAll();
    search_.find(words_->text());
}

void FindBar::close() {
    hide();
    said_.clear();
    at_ = -1;
    search_.find({});
}

void FindBar::go(bool isForward) {
    if (isHidden()) open();
    const auto& hits = search_.hits();
    if (hits.empty()) return;
    const auto count = int(hits.size());
    if (at_ < 0 || at_ >= count) {
        const double nowS = player_.positionS();
        int next = 0;
        const auto isPast = [&](const FilmHit& hit) {
            return hit.timeS && *hit.timeS < nowS - kSameS;
        };
        while (next < count && isPast(hits[std::size_t(next)])) ++next;
        at_ = isForward ? next % count : (next + count - 1) % count;
    } else {
        at_ = (at_ + (isForward ? 1 : count - 1)) % count;
    }
    hit_ = hits[std::size_t(at_)];
    said_.clear();
    const FilmHit hit = hit_;  // another conversation is searched anew
    if (hit.timeS) player_.seek(*hit.timeS);
    showState();
    if (!hit.timeS && hit.place) Q_EMIT answerRequested(*hit.place);
}

void FindBar::showState() {
    const auto& hits = search_.hits();
    const auto count = int(hits.size());
    // Others may have come before it, or it is gone.
    if (at_ >= 0 && (at_ >= count || hits[std::size_t(at_)] != hit_)) {
        const auto same = std::find(hits.begin(), hits.end(), hit_);
        at_ = same == hits.end() ? -1 : int(same - hits.begin());
    }
    const bool hasWords = !words_->text().simplified().isEmpty();
    back_->setEnabled(count > 0);
    forward_->setEnabled(count > 0);
    QString counted, text;
    if (count > 0) {
        counted =
            at_ < 0 ? tr("%n place(s)", nullptr, count) : tr("%1 of %2").arg(at_ + 1).arg(count);
        const FilmHit& shown = hits[std::size_t(at_ < 0 ? 0 : at_)];
        text = shown.timeS ? QStringLiteral("%1  %2").arg(clockText(*shown.timeS), shown.text)
                           : shown.text;
    } else if (hasWords && search_.isReading()) {
        counted = tr("Reading…");
    } else if (hasWords) {
        counted = tr("Nothing found");
        text = !search_.problem().isEmpty() ? search_.problem()
               : search_.hasLines()         ? QString()
                                    : tr("There are no subtitles: only answers were searched.");
    }
    count_->setText(counted);
    text_->setText(text);
    text_->setToolTip(text.toHtmlEscaped());
    saySoon_.start();
    std::vector<double> timesS;
    for (const FilmHit& hit : hits) {
        if (hit.timeS) timesS.push_back(*hit.timeS);
    }
    Q_EMIT found(timesS);
}

bool FindBar::eventFilter(QObject* watched, QEvent* event) {
    const bool isKey =
        event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress;
    if (!isKey) return QWidget::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool isEnter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
    if (key->key() != Qt::Key_Escape && !isEnter) return QWidget::eventFilter(watched, event);
    event->accept();  // Esc stops nothing while it closes this
    if (event->type() == QEvent::KeyPress) {
        if (isEnter) {
            go(!(key->modifiers() & Qt::ShiftModifier));
        } else {
            close();
        }
    }
    return true;
}

}  // namespace reelquery
