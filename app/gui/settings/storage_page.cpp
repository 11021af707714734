#include "app/gui/settings/storage_page.h"

#include <QCheckBox>
#include <QDesktopServices>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/library/session_keeper.h"
#include "app/gui/library/session_library.h"
#include "app/gui/look/format.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/make.h"
#include "app/gui/state/settings_model.h"
#include "core/base/run_log.h"

namespace reelquery {

namespace {

enum Column { kVideo, kConversations, kSeen, kHeard, kLeftAt, kColumns };

QLabel* muted(const QString& text, QWidget* parent) {
    auto* label = make<QLabel>(text, parent);
    label->setProperty("role", QStringLiteral("muted"));
    label->setWordWrap(true);
    return label;
}

}  // namespace

StoragePage::StoragePage(StorageParts parts, QWidget* parent)
    : QWidget(parent), parts_(std::move(parts)), memory_(parts_.settings) {
    auto* column = columnLayout(this, 10);
    column->setContentsMargins(20, 18, 20, 18);
    auto* title = make<QLabel>(tr("What is kept"), this);
    title->setProperty("role", QStringLiteral("title"));
    column->addWidget(title);
    column->addWidget(muted(tr("All of it lies on this machine and is for your eyes only. Videos "
                               "and models themselves are only read."),
                            this));
    addPlaces();
    auto* remember = make<QCheckBox>(tr("&Remember where films were left"), this);
    remember->setObjectName(QStringLiteral("rememberFilms"));
    remember->setChecked(memory_.isOn());
    connect(remember, &QCheckBox::toggled, this, [this](bool isOn) {
        memory_.setOn(isOn);
        refresh();
    });
    column->addWidget(remember);
    addTable();
    addQuestion();
}

void StoragePage::addPlaces() {
    auto* column = static_cast<QVBoxLayout*>(layout());
    const auto add = [&](const QString& what, const std::filesystem::path& folder) {
        if (folder.empty()) return;
        auto* row = make<QHBoxLayout>();
        auto* text =
            make<QLabel>(QStringLiteral("%1\n%2").arg(what, pathText(toQString(folder))), this);
        text->setTextFormat(Qt::PlainText);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        text->setWordWrap(true);
        auto* open = make<QPushButton>(tr("Show"), this);
        open->setAccessibleName(tr("Show the folder of: %1").arg(what));
        connect(open, &QPushButton::clicked, this,
                [folder] { QDesktopServices::openUrl(QUrl::fromLocalFile(toQString(folder))); });
        row->addWidget(text, 1);
        row->addWidget(open);
        column->addLayout(row);
    };
    add(tr("Conversations, pictures of their moments, settings"),
        toPath(QFileInfo(parts_.library.file()).path()));
    add(tr("What the model saw and heard of videos, how fast this machine is"), parts_.door.folder);
    add(tr("The log, without questions and answers"), logFile().parent_path());
}

void StoragePage::addTable() {
    auto* column = static_cast<QVBoxLayout*>(layout());
    table_ = make<QTableWidget>(0, kColumns, this);
    table_->setObjectName(QStringLiteral("storageTable"));
    table_->setAccessibleName(tr("Videos that something is kept of"));
    table_->setHorizontalHeaderLabels(
        {tr("Video"), tr("Conversations"), tr("Seen"), tr("Heard"), tr("Left at")});
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
    table_->horizontalHeaderItem(kVideo)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(kVideo, QHeaderView::Stretch);
    table_->verticalHeader()->hide();
    table_->setShowGrid(false);
    table_->setTabKeyNavigation(false);
    table_->setWordWrap(false);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setMinimumHeight(150);
    column->addWidget(table_, 1);
    auto* row = make<QHBoxLayout>();
    forget_ = make<QPushButton>(tr("&Forget…"), this);
    forget_->setObjectName(QStringLiteral("forgetButton"));
    forget_->setEnabled(false);
    total_ = muted({}, this);
    row->addWidget(forget_);
    row->addWidget(total_, 1);
    column->addLayout(row);
    connect(forget_, &QPushButton::clicked, this, &StoragePage::ask);
    connect(table_, &QTableWidget::itemSelectionChanged, this, [this] {
        forget_->setEnabled(chosen() != nullptr);
        question_->hide();
    });
}

void StoragePage::addQuestion() {
    question_ = make<QWidget>(this);
    question_->setObjectName(QStringLiteral("forgetQuestion"));
    auto* row = rowLayout(question_, 8);
    questionText_ = make<QLabel>(question_);
    questionText_->setTextFormat(Qt::PlainText);
    questionText_->setWordWrap(true);
    auto* yes = make<QPushButton>(tr("Forget it for good"), question_);
    yes->setObjectName(QStringLiteral("forgetForGood"));
    auto* no = make<QPushButton>(tr("Keep it"), question_);
    row->addWidget(questionText_, 1);
    row->addWidget(yes);
    row->addWidget(no);
    static_cast<QVBoxLayout*>(layout())->addWidget(question_);
    question_->hide();
    connect(yes, &QPushButton::clicked, this, &StoragePage::forget);
    connect(no, &QPushButton::clicked, question_, &QWidget::hide);
}

void StoragePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
}

void StoragePage::refresh() {
    const int turn = ++turn_;
    entries_.clear();
    const auto take = [this, turn](std::vector<LibraryEntry> entries) {
        if (turn == turn_) entries_.insert(entries_.end(), entries.begin(), entries.end());
    };
    parts_.library.list({}, false, {}, take);
    parts_.library.list({}, true, {}, [this, turn, take](std::vector<LibraryEntry> entries) {
        if (turn != turn_) return;
        take(std::move(entries));
        const auto list = parts_.door.list;
        inPool(
            filePool(), this,
            [list] { return list ? list() : std::map<std::string, StoredVideo>(); },
            [this, turn](const std::map<std::string, StoredVideo>& stored) {
                if (turn == turn_) show(stored);
            });
    });
}

StoragePage::Row& StoragePage::rowOf(const QByteArray& content, const QString& path) {
    const auto same = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) {
        return content.isEmpty() ? row.content.isEmpty() && row.path == path
                                 : row.content == content;
    });
    if (same == rows_.end()) {
        rows_.emplace_back();
        rows_.back().content = content;
        rows_.back().path = path;
        return rows_.back();
    }
    if (same->path.isEmpty()) same->path = path;
    return *same;
}

void StoragePage::show(const std::map<std::string, StoredVideo>& stored) {
    rows_.clear();
    for (const LibraryEntry& entry : entries_)
        rowOf(entry.videoHash, entry.videoPath).conversations.push_back(entry.id);
    for (const Playback& film : memory_.all())
        rowOf(film.content, film.path).leftAtS = film.positionS;
    for (const auto& [content, video] : stored)
        rowOf(QByteArray::fromStdString(content), {}).stored = video;
    std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
        if (a.path.isEmpty() != b.path.isEmpty()) return b.path.isEmpty();
        return QString::localeAwareCompare(nameText(a.path), nameText(b.path)) < 0;
    });
    fill();
}

void StoragePage::fill() {
    table_->clearSelection();
    table_->setRowCount(int(rows_.size()));
    std::int64_t bytes = 0;
    for (int at = 0; at < int(rows_.size()); ++at) {
        const Row& row = rows_[std::size_t(at)];
        const auto set = [&](Column column, const QString& text) {
            auto* item = make<QTableWidgetItem>(text);
            if (column != kVideo) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            table_->setItem(at, column, item);
        };
        const auto bytesOr = [](std::int64_t count) {
            return count > 0 ? bytesText(count) : QString();
        };
        set(kVideo, row.path.isEmpty() ? tr("a video without a name") : nameText(row.path));
        table_->item(at, kVideo)->setToolTip(pathText(row.path));
        set(kConversations, row.conversations.empty()
                                ? QString()
                                : countText(std::int64_t(row.conversations.size())));
        set(kSeen, bytesOr(row.stored.featureBytes));
        set(kHeard, bytesOr(row.stored.speechBytes));
        set(kLeftAt, row.leftAtS >= 1 ? clockText(row.leftAtS) : QString());
        bytes += row.stored.featureBytes + row.stored.speechBytes;
    }
    total_->setText(rows_.empty()
                        ? tr("Nothing is kept of any video.")
                        : tr("%1 in all of what was seen and heard.").arg(bytesText(bytes)));
    forget_->setEnabled(false);
    question_->hide();
}

const StoragePage::Row* StoragePage::chosen() const {
    const auto selected = table_->selectionModel()->selectedRows();
    return selected.isEmpty() ? nullptr : &rows_[std::size_t(selected.first().row())];
}

void StoragePage::ask() {
    const Row* row = chosen();
    if (!row) return;
    const QString name = nameText(row->path);
    questionText_->setText(
        row->path.isEmpty() ? tr("What is kept of this video goes. The video itself stays.")
        : row->conversations.empty()
            ? tr("What is kept of “%1” goes. The video itself stays.").arg(name)
            : tr("What is kept of “%1” goes, with %n conversation(s) about it. The video itself "
                 "stays.",
                 nullptr, int(row->conversations.size()))
                  .arg(name));
    question_->show();
}

void StoragePage::forget() {
    const Row* row = chosen();
    if (!row) return;
    for (const QString& id : row->conversations) parts_.keeper.erase(id);
    if (!row->content.isEmpty()) {
        memory_.forget(row->content);
        Q_EMIT forgotten(row->content);
    }
    question_->hide();
    // What has no known content has no files of its own; those of unknown videos go by themselves.
    const bool hasFiles = row->stored.featureBytes + row->stored.speechBytes > 0;
    if (!hasFiles || !parts_.door.forget) return refresh();
    inPool(
        filePool(), this,
        [forget = parts_.door.forget, content = row->content.toStdString()] {
            forget(content);
            return true;
        },
        [this](bool) { refresh(); });
}

}  // namespace reelquery
