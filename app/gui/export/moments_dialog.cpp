#include "app/gui/export/moments_dialog.h"

#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <memory>
#include <system_error>

#include "app/gui/export/conversation_export.h"
#include "app/gui/look/close_button.h"
#include "app/gui/look/form_row.h"
#include "app/gui/look/format.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/make.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

const QString kFormatKey = QStringLiteral("export/moments");
constexpr int kAllQuestions = -1;
constexpr int kTimeColumn = 0, kTitleColumn = 1;

QString formatText(MomentFormat format) {
    switch (format) {
        case MomentFormat::kFfmetadata:
            return MomentsDialog::tr("Chapters for FFmpeg (.ffmeta)");
        case MomentFormat::kMatroskaXml:
            return MomentsDialog::tr("Chapters for Matroska (.xml)");
        case MomentFormat::kOgmText:
            return MomentsDialog::tr("Chapters as plain text, OGM (.txt)");
        case MomentFormat::kWebVtt:
            return MomentsDialog::tr("Captions, WebVTT (.vtt)");
        case MomentFormat::kSubRip:
            return MomentsDialog::tr("Captions, SubRip (.srt)");
        case MomentFormat::kCmx3600:
            return MomentsDialog::tr("Cut list for video editors, CMX 3600 (.edl)");
        case MomentFormat::kMpvEdl:
            return MomentsDialog::tr("Cut list for mpv (.mpv.edl)");
        case MomentFormat::kXspf:
        case MomentFormat::kCount:
            break;
    }
    return MomentsDialog::tr("Playlist for VLC (.xspf)");
}

/// What the file of this format holds, for who wonders.
QString hintText(MomentFormat format, const MomentFilm& film) {
    const bool isOfChapters = format == MomentFormat::kFfmetadata ||
                              format == MomentFormat::kMatroskaXml ||
                              format == MomentFormat::kOgmText;
    if (isOfChapters) return MomentsDialog::tr("Each chapter lasts up to the next.");
    QString text =
        MomentsDialog::tr("A moment without an end lasts up to the next, at most 5 seconds.");
    if (format == MomentFormat::kCmx3600) {
        const double rate = countedRate(film.fps);
        text += QLatin1Char(' ') +
                MomentsDialog::tr("Time codes count %1 frames a second from 00:00:00:00.")
                    .arg(decimalText(rate, rate == std::round(rate) ? 0 : 3));
    }
    if (namesPath(format))
        text += QLatin1Char(' ') + MomentsDialog::tr("The file says where the video lies.");
    return text;
}

QString stretchText(const NamedMoment& moment) {
    const QString from = clockText(moment.fromS), to = clockText(moment.toS);
    return from == to ? from : QStringLiteral("%1 – %2").arg(from, to);
}

}  // namespace

MomentsDialog::MomentsDialog(MomentsParts parts, QWidget* parent)
    : QDialog(parent), parts_(std::move(parts)) {
    setObjectName(QStringLiteral("momentsDialog"));
    setWindowTitle(tr("Export moments"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(640, 560);
    auto* column = columnLayout(this, 10);
    column->setContentsMargins(20, 18, 20, 18);
    makeHead();
    makeTable();
    makeFoot();
    fill();
}

void MomentsDialog::makeHead() {
    auto* column = static_cast<QVBoxLayout*>(layout());
    auto* name = make<QLabel>(parts_.film.name, this);
    name->setProperty("role", QStringLiteral("heading"));
    name->setTextFormat(Qt::PlainText);
    name->setWordWrap(true);
    column->addWidget(name);
    auto* note = make<QLabel>(
        tr("The times that answers name; where an answer names none, where the model looked. "
           "Untick what is not wanted; the words can be changed."),
        this);
    note->setProperty("role", QStringLiteral("muted"));
    note->setWordWrap(true);
    column->addWidget(note);
    questions_ = make<QComboBox>(this);
    questions_->setObjectName(QStringLiteral("momentsQuestion"));
    questions_->setAccessibleName(tr("Question"));
    questions_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    questions_->addItem(tr("All questions"), kAllQuestions);
    for (std::size_t at = 0; at < parts_.conversation.exchanges.size(); ++at) {
        const Exchange& exchange = parts_.conversation.exchanges[at];
        if (!namedMoments(exchange).empty())
            questions_->addItem(oneLine(exchange.question), int(at));
    }
    const int wanted = questions_->findData(parts_.exchange);
    questions_->setCurrentIndex(wanted >= 0 ? wanted : 0);
    column->addWidget(questions_);
    connect(questions_, &QComboBox::currentIndexChanged, this, &MomentsDialog::fill);
}

void MomentsDialog::makeTable() {
    auto* column = static_cast<QVBoxLayout*>(layout());
    table_ = make<QTableWidget>(0, 2, this);
    table_->setObjectName(QStringLiteral("momentsTable"));
    table_->setAccessibleName(tr("Moments"));
    table_->setHorizontalHeaderLabels({tr("Time"), tr("Words")});
    table_->verticalHeader()->hide();
    table_->horizontalHeader()->setSectionResizeMode(kTimeColumn, QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(kTitleColumn, QHeaderView::Stretch);
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setShowGrid(false);
    table_->setTabKeyNavigation(false);
    column->addWidget(table_, 1);
    empty_ = make<QLabel>(tr("No answer names a time that the model saw."), this);
    empty_->setObjectName(QStringLiteral("momentsEmpty"));
    empty_->setProperty("role", QStringLiteral("muted"));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    column->addWidget(empty_, 1);
    connect(table_, &QTableWidget::itemChanged, this, &MomentsDialog::showState);
    connect(table_, &QTableWidget::itemDoubleClicked, this, [this](const QTableWidgetItem* item) {
        if (item->column() == kTimeColumn)
            Q_EMIT seekRequested(listed_[std::size_t(item->row())].fromS);
    });
}

void MomentsDialog::makeFoot() {
    auto* column = static_cast<QVBoxLayout*>(layout());
    auto* form = make<QFormLayout>();
    formats_ = make<QComboBox>(this);
    formats_->setObjectName(QStringLiteral("momentsFormat"));
    formats_->setAccessibleName(tr("Format"));
    for (int format = 0; format < int(MomentFormat::kCount); ++format)
        formats_->addItem(formatText(MomentFormat(format)), suffixOf(MomentFormat(format)));
    addFormRow(*form, tr("&Format"), formats_);
    column->addLayout(form);
    hint_ = make<QLabel>(this);
    hint_->setObjectName(QStringLiteral("momentsHint"));
    hint_->setProperty("role", QStringLiteral("muted"));
    hint_->setWordWrap(true);
    column->addWidget(hint_);
    auto* row = make<QHBoxLayout>();
    copy_ = make<QPushButton>(paletteIcon(QStringLiteral("copy")), tr("&Copy as text"), this);
    copy_->setObjectName(QStringLiteral("copyMoments"));
    export_ = make<QPushButton>(paletteIcon(QStringLiteral("export")), tr("&Export…"), this);
    export_->setObjectName(QStringLiteral("exportMoments"));
    export_->setProperty("role", QStringLiteral("primary"));
    export_->setDefault(true);
    row->addWidget(copy_);
    row->addStretch(1);
    row->addWidget(export_);
    row->addWidget(closeButton(*this));
    column->addLayout(row);
    const int kept = formats_->findData(parts_.settings.value(kFormatKey));
    if (kept >= 0) formats_->setCurrentIndex(kept);
    connect(formats_, &QComboBox::currentIndexChanged, this, [this] {
        parts_.settings.setValue(kFormatKey, suffixOf(format()));
        showState();
    });
    connect(copy_, &QPushButton::clicked, this, &MomentsDialog::copy);
    connect(export_, &QPushButton::clicked, this, &MomentsDialog::askForFile);
}

void MomentsDialog::fill() {
    const int wanted = questions_->currentData().toInt();
    listed_.clear();
    for (std::size_t at = 0; at < parts_.conversation.exchanges.size(); ++at) {
        if (wanted != kAllQuestions && wanted != int(at)) continue;
        for (NamedMoment& moment : namedMoments(parts_.conversation.exchanges[at]))
            listed_.push_back(std::move(moment));
    }
    std::stable_sort(listed_.begin(), listed_.end(),
                     [](const auto& a, const auto& b) { return a.fromS < b.fromS; });
    {
        const QSignalBlocker quiet(table_);
        table_->setRowCount(int(listed_.size()));
        for (int row = 0; row < table_->rowCount(); ++row) {
            const NamedMoment& moment = listed_[std::size_t(row)];
            auto time = std::make_unique<QTableWidgetItem>(stretchText(moment));
            time->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
            time->setCheckState(Qt::Checked);
            time->setToolTip(tr("Double-click to go there"));
            auto title = std::make_unique<QTableWidgetItem>(moment.title);
            if (!moment.answer.isEmpty()) title->setToolTip(moment.answer);
            table_->setItem(row, kTimeColumn, time.release());
            table_->setItem(row, kTitleColumn, title.release());
        }
    }
    table_->setVisible(!listed_.empty());
    empty_->setVisible(listed_.empty());
    showState();
}

std::vector<NamedMoment> MomentsDialog::chosen() const {
    std::vector<NamedMoment> moments;
    for (int row = 0; row < table_->rowCount(); ++row) {
        if (table_->item(row, kTimeColumn)->checkState() != Qt::Checked) continue;
        moments.push_back(listed_[std::size_t(row)]);
        moments.back().title = oneLine(table_->item(row, kTitleColumn)->text());
    }
    return moments;
}

MomentFormat MomentsDialog::format() const {
    return MomentFormat(formats_->currentIndex());
}

void MomentsDialog::showState() {
    const bool hasAny = !chosen().empty();
    copy_->setEnabled(hasAny);
    export_->setEnabled(hasAny);
    hint_->setText(hintText(format(), parts_.film));
}

void MomentsDialog::copy() const {
    QStringList lines;
    for (const NamedMoment& moment : chosen())
        lines.append(stretchText(moment) + QLatin1Char(' ') + moment.title);
    QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

void MomentsDialog::askForFile() {
    const QString suffix = suffixOf(format());
    const QString name = fileNameOf(QFileInfo(pathText(parts_.film.name)).completeBaseName());
    auto* dialog = make<QFileDialog>(
        this, tr("Export moments"),
        // By the film's own name players, and we, would take captions for what is said in it.
        tr("%1 – moments").arg(name) + QLatin1Char('.') + suffix,
        QStringLiteral("%1 (*.%2)")
            .arg(formatText(format()).section(QLatin1String(" ("), 0, 0), suffix));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    connect(dialog, &QFileDialog::fileSelected, this, &MomentsDialog::write);
    dialog->open();
}

void MomentsDialog::write(const QString& path) {
    NoticeBar& notices = parts_.notices;
    inPool(
        filePool(), &notices,
        [format = format(), moments = chosen(), film = parts_.film, path] {
            return writeMoments(format, moments, film, path);
        },
        [&notices, path, dialog = QPointer<MomentsDialog>(this)](const QString& problem) {
            if (!problem.isEmpty())  // what was ticked and reworded stays
                return notices.showError(problem, tr("Choose another folder or name."));
            if (dialog) dialog->close();
            notices.showNote(tr("Exported to %1.").arg(path));
        });
}

QString writeMoments(MomentFormat format, const std::vector<NamedMoment>& moments,
                     const MomentFilm& film, const QString& path) {
    std::error_code unknown;
    if (std::filesystem::equivalent(toPath(path), toPath(film.path), unknown))
        return MomentsDialog::tr("“%1” is the video itself.").arg(nameText(path));
    if (withEnds(moments, film.durationS).empty())
        return MomentsDialog::tr("None of the moments lies inside the video.");
    const QByteArray bytes = momentsAs(format, moments, film, QFileInfo(path).absolutePath());
    return writeWhole(path, bytes).value_or(QString());
}

}  // namespace reelquery
