#include "app/gui/window/video_info_dialog.h"

#include <QCoreApplication>
#include <QFormLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "app/gui/look/close_button.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/player/player_facts.h"
#include "app/gui/state/video_state.h"

namespace reelquery {

namespace {

void addFact(QFormLayout& form, const QString& name, const QString& value) {
    if (value.isEmpty()) return;
    QWidget* owner = form.parentWidget();
    auto* label = make<QLabel>(name, owner);
    label->setProperty("role", QStringLiteral("muted"));
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    auto* text = make<QLabel>(value, owner);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text->setAccessibleName(QStringLiteral("%1: %2").arg(name, value));
    form.addRow(label, text);
}

}  // namespace

VideoInfoDialog::VideoInfoDialog(const VideoState& video, const MpvPlayer& player, QWidget* parent)
    : QDialog(parent) {
    setObjectName(QStringLiteral("videoInfo"));
    setWindowTitle(tr("About this video"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(460, 420);
    auto* column = columnLayout(this, 12);
    column->setContentsMargins(22, 20, 22, 18);
    auto* name = make<QLabel>(nameText(video.path()), this);
    name->setProperty("role", QStringLiteral("title"));
    name->setTextFormat(Qt::PlainText);
    name->setWordWrap(true);
    column->addWidget(name);
    auto* facts = make<QWidget>(this);
    auto* form = make<QFormLayout>(facts);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(6);
    column->addWidget(facts);
    if (const auto& summary = video.summary()) {
        addFact(*form, tr("Folder"), pathText(video.path().section(QLatin1Char('/'), 0, -2)));
        if (!summary->isStillImage) addFact(*form, tr("Length"), clockText(summary->durationS));
        addFact(*form, tr("Picture"),
                QStringLiteral("%1 × %2").arg(summary->width).arg(summary->height));
        if (summary->averageFps > 0)
            addFact(*form, tr("Frames"),
                    tr("%1 a second, %2 in all")
                        .arg(decimalText(summary->averageFps, 2), countText(summary->frameCount)));
        QStringList special;
        if (summary->isHdr) special << tr("HDR");
        if (summary->isInterlaced) special << tr("interlaced");
        if (summary->rotationDegrees != 0)
            special << tr("turned by %1°").arg(summary->rotationDegrees);
        if (summary->missingEnd) special << tr("cut short");
        addFact(*form, tr("Special"), special.join(QStringLiteral(", ")));
    }
    // mpv's own word where the processor decodes.
    const auto valueText = [](const QString& value) {
        return value == QLatin1String("no") ? tr("no") : value;
    };
    for (const auto& [fact, value] : playedFacts(player.handle().get()))
        addFact(*form, QCoreApplication::translate("PlayedFact", fact.toLatin1().constData()),
                valueText(value));
    if (!video.sampledTimesS().empty())
        addFact(*form, tr("Seen by the model"),
                tr("%n frame(s)", nullptr, int(video.sampledTimesS().size())));
    column->addStretch(1);
    endWithClose(*this);
}

}  // namespace reelquery
