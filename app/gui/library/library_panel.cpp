#include "app/gui/library/library_panel.h"

#include <QDateTime>
#include <QFileInfo>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/library/session_keeper.h"
#include "app/gui/library/session_library.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/state/question_runner.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

constexpr int kIdRole = Qt::UserRole;  ///< of a conversation; of a given video its path
constexpr int kTitleRole = Qt::UserRole + 1;
constexpr int kIsVideoRole = Qt::UserRole + 2;

/// The time of today, else the day: what tells conversations apart at a glance.
QString whenText(const QDateTime& when) {
    const QLocale locale;
    if (when.date() == QDate::currentDate())
        return locale.toString(when.time(), QStringLiteral("HH:mm"));
    if (when.date().year() == QDate::currentDate().year())
        return locale.toString(when.date(), QStringLiteral("d MMM"));
    return locale.toString(when.date(), QLocale::ShortFormat);
}

}  // namespace

LibraryPanel::LibraryPanel(LibraryParts parts, QWidget* parent) : QWidget(parent), parts_(parts) {
    setMinimumWidth(150);
    auto* column = columnLayout(this, 6);
    column->setContentsMargins(10, 6, 10, 10);
    makeHead();
    makeList();
    connect(&parts_.runner, &QuestionRunner::busyChanged, this, &LibraryPanel::ask);
    connect(&parts_.settings, &SettingsModel::givenVideosChanged, this, &LibraryPanel::ask);
    connect(&parts_.library, &SessionLibrary::conditionChanged, this, &LibraryPanel::ask);
    ask();
}

void LibraryPanel::makeHead() {
    auto* row = make<QHBoxLayout>();
    search_ = make<QLineEdit>(this);
    search_->setObjectName(QStringLiteral("librarySearch"));
    search_->setPlaceholderText(tr("Search…"));
    search_->setAccessibleName(tr("Search conversations"));
    search_->setClearButtonEnabled(true);
    auto* fresh = make<QToolButton>(this);
    fresh->setIcon(paletteIcon(QStringLiteral("new")));
    fresh->setToolTip(tr("New conversation"));
    fresh->setAccessibleName(tr("New conversation"));
    row->addWidget(search_, 1);
    row->addWidget(fresh);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
    connect(search_, &QLineEdit::textChanged, this, &LibraryPanel::ask);
    connect(fresh, &QToolButton::clicked, this, &LibraryPanel::newRequested);
}

void LibraryPanel::makeList() {
    auto* column = static_cast<QVBoxLayout*>(layout());
    list_ = make<QListWidget>(this);
    list_->setObjectName(QStringLiteral("libraryList"));
    list_->setAccessibleName(tr("Conversations"));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setTextElideMode(Qt::ElideRight);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setContextMenuPolicy(Qt::CustomContextMenu);
    list_->installEventFilter(this);
    column->addWidget(list_, 1);
    empty_ = make<QLabel>(this);
    empty_->setObjectName(QStringLiteral("libraryEmpty"));
    empty_->setProperty("role", QStringLiteral("muted"));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    column->addWidget(empty_, 1);
    bin_ = make<QToolButton>(this);
    bin_->setObjectName(QStringLiteral("binButton"));
    bin_->setText(tr("Bin"));
    bin_->setToolTip(tr("Conversations that were removed in the last 30 days"));
    bin_->setCheckable(true);
    column->addWidget(bin_, 0, Qt::AlignLeft);
    connect(bin_, &QToolButton::toggled, this, &LibraryPanel::ask);
    connect(list_, &QListWidget::itemClicked, this,
            [this](const QListWidgetItem* item) { choose(*item); });
    connect(list_, &QListWidget::itemActivated, this,
            [this](const QListWidgetItem* item) { choose(*item); });
    connect(list_, &QWidget::customContextMenuRequested, this, &LibraryPanel::showMenu);
}

bool LibraryPanel::isBin() const {
    return bin_->isChecked();
}

void LibraryPanel::choose(const QListWidgetItem& item) {
    const QString id = item.data(kIdRole).toString();
    if (isBin()) return;  // a click there must not bring anything back
    if (item.data(kIsVideoRole).toBool()) {
        Q_EMIT videoRequested(id);
    } else {
        Q_EMIT openRequested(id);
    }
}

void LibraryPanel::removeItem(const QListWidgetItem& item) {
    const QString id = item.data(kIdRole).toString();
    if (item.data(kIsVideoRole).toBool()) {
        parts_.settings.dropGivenVideo(id);
    } else if (isBin()) {
        Q_EMIT eraseRequested(id);
    } else {
        Q_EMIT removeRequested(id);
    }
}

bool LibraryPanel::eventFilter(QObject* watched, QEvent* event) {
    const QListWidgetItem* item = list_->currentItem();
    if (event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Undo)) {
        Q_EMIT undoRequested();
        return true;
    }
    if (event->type() != QEvent::KeyPress || !item) return QWidget::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    if (key->key() == Qt::Key_Delete && key->modifiers() == Qt::NoModifier) {
        removeItem(*item);
        return true;
    }
    const bool isTitled = !item->data(kIsVideoRole).toBool() && !isBin();
    if (key->key() == Qt::Key_F2 && isTitled) {
        askForTitle(item->data(kIdRole).toString(), item->data(kTitleRole).toString());
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void LibraryPanel::askForTitle(const QString& id, const QString& title) {
    auto* dialog = make<QInputDialog>(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Rename conversation"));
    dialog->setLabelText(tr("Title"));
    dialog->setTextValue(title);
    dialog->resize(420, dialog->sizeHint().height());
    connect(dialog, &QInputDialog::textValueSelected, this, [this, id](const QString& text) {
        if (!text.simplified().isEmpty()) Q_EMIT renameRequested(id, text.simplified());
    });
    dialog->open();
}

void LibraryPanel::refresh(const QString& current) {
    current_ = current;
    ask();
}

void LibraryPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    ask();
}

void LibraryPanel::ask() {
    if (!isVisible()) return;
    asked_.request_stop();
    asked_ = std::stop_source();
    parts_.library.list(search_->text(), isBin(), asked_.get_token(),
                        [this](const std::vector<LibraryEntry>& entries) { fill(entries); });
}

QListWidgetItem& LibraryPanel::itemAt(int row) {
    // Rows are kept, so that a list that is the same after a save is not drawn again.
    QListWidgetItem* item = list_->item(row);
    return item ? *item : *make<QListWidgetItem>(list_);
}

void LibraryPanel::fillRow(int row, const LibraryEntry& entry, bool isUnsaved) {
    const QString title = entry.title.isEmpty() ? tr("Untitled") : entry.title;
    QStringList below{whenText(entry.changed), nameText(entry.videoPath)};
    if (isUnsaved) below.prepend(tr("not saved"));
    if (parts_.runner.isRunning(entry.id)) below.prepend(tr("answering…"));
    QListWidgetItem& item = itemAt(row);
    item.setText(title + QLatin1Char('\n') + below.join(QStringLiteral(" · ")));
    item.setToolTip(QStringLiteral("%1\n%2").arg(title, pathText(entry.videoPath)));
    item.setData(kIdRole, entry.id);
    item.setData(kTitleRole, title);
    item.setData(kIsVideoRole, false);
}

void LibraryPanel::fill(const std::vector<LibraryEntry>& entries) {
    const QSignalBlocker quiet(list_);
    const std::vector<LibraryEntry> unsaved =
        isBin() ? std::vector<LibraryEntry>() : parts_.keeper.unsaved();
    int row = 0, current = -1;
    if (!isBin() && search_->text().isEmpty()) {
        for (const QString& path : parts_.settings.givenVideos()) {
            QListWidgetItem& item = itemAt(row++);
            item.setText(nameText(path) + QLatin1Char('\n') + tr("not opened yet"));
            item.setToolTip(pathText(path));
            item.setData(kIdRole, path);
            item.setData(kTitleRole, QVariant());
            item.setData(kIsVideoRole, true);
        }
    }
    for (const LibraryEntry& entry : unsaved) {
        if (entry.id == current_) current = row;
        fillRow(row++, entry, true);
    }
    for (const LibraryEntry& entry : entries) {
        const bool isAbove = std::any_of(unsaved.begin(), unsaved.end(),
                                         [&](const auto& each) { return each.id == entry.id; });
        if (isAbove) continue;
        if (entry.id == current_) current = row;
        fillRow(row++, entry, false);
    }
    while (list_->count() > row) std::unique_ptr<QListWidgetItem>{list_->takeItem(row)};
    list_->setCurrentRow(current);
    const bool isEmpty = list_->count() == 0;
    list_->setVisible(!isEmpty);
    empty_->setVisible(isEmpty);
    const LibraryCondition& condition = parts_.library.condition();
    if (!condition.problem.isEmpty() && !condition.canRead) {
        empty_->setText(tr("The library cannot be read: %1.").arg(condition.problem));
    } else if (!search_->text().isEmpty()) {
        empty_->setText(tr("Nothing found."));
    } else {
        empty_->setText(isBin() ? tr("The bin is empty.")
                                : tr("Conversations are kept here as you go."));
    }
}

void LibraryPanel::showMenu(const QPoint& at) {
    const QListWidgetItem* item = list_->itemAt(at);
    if (!item) return;
    const QString id = item->data(kIdRole).toString();
    auto* menu = make<QMenu>(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (item->data(kIsVideoRole).toBool()) {
        menu->addAction(tr("Open"), this, [this, id] { Q_EMIT videoRequested(id); });
        menu->addAction(tr("Remove"), this, [this, id] { parts_.settings.dropGivenVideo(id); });
        menu->addAction(tr("Remove all"), this, [this] { parts_.settings.setGivenVideos({}); });
    } else if (isBin()) {
        menu->addAction(tr("Bring back"), this, [this, id] { Q_EMIT bringBackRequested(id); });
        menu->addAction(tr("Delete for good"), this, [this, id] { Q_EMIT eraseRequested(id); });
    } else {
        menu->addAction(tr("Open"), this, [this, id] { Q_EMIT openRequested(id); });
        menu->addAction(tr("Rename…"), this, [this, id, title = item->data(kTitleRole).toString()] {
            askForTitle(id, title);
        });
        menu->addAction(tr("Remove"), this, [this, id] { Q_EMIT removeRequested(id); });
    }
    menu->popup(list_->viewport()->mapToGlobal(at));
}

}  // namespace reelquery
