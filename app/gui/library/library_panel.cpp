#include "app/gui/library/library_panel.h"

#include <QFileInfo>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QMenu>
#include <QShortcut>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/library/session_library.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"

namespace reelquery {

namespace {

constexpr int kTitleRole = Qt::UserRole + 1;

}  // namespace

LibraryPanel::LibraryPanel(SessionLibrary& library, QWidget* parent)
    : QWidget(parent), library_(library) {
    setMinimumWidth(220);
    auto* column = columnLayout(this, 6);
    column->setContentsMargins(10, 6, 10, 10);
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
    column->addLayout(row);
    list_ = make<QListWidget>(this);
    list_->setObjectName(QStringLiteral("libraryList"));
    list_->setAccessibleName(tr("Conversations"));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setTextElideMode(Qt::ElideRight);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setContextMenuPolicy(Qt::CustomContextMenu);
    column->addWidget(list_, 1);
    empty_ = make<QLabel>(this);
    empty_->setProperty("role", QStringLiteral("muted"));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    column->addWidget(empty_, 1);
    connect(search_, &QLineEdit::textChanged, this, &LibraryPanel::fill);
    connect(fresh, &QToolButton::clicked, this, &LibraryPanel::newRequested);
    const auto open = [this](const QListWidgetItem* item) {
        Q_EMIT openRequested(item->data(Qt::UserRole).toString());
    };
    connect(list_, &QListWidget::itemClicked, this, open);
    connect(list_, &QListWidget::itemActivated, this, open);
    connect(list_, &QWidget::customContextMenuRequested, this, &LibraryPanel::showMenu);
    auto* remove = make<QShortcut>(QKeySequence::Delete, list_);
    remove->setContext(Qt::WidgetShortcut);
    connect(remove, &QShortcut::activated, this, [this] {
        if (const auto* item = list_->currentItem())
            Q_EMIT removeRequested(item->data(Qt::UserRole).toString());
    });
    auto* rename = make<QShortcut>(Qt::Key_F2, list_);
    rename->setContext(Qt::WidgetShortcut);
    connect(rename, &QShortcut::activated, this, [this] {
        if (const auto* item = list_->currentItem())
            askForTitle(item->data(Qt::UserRole).toString(), item->data(kTitleRole).toString());
    });
    fill();
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
    if (isVisible()) fill();
}

void LibraryPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    fill();
}

void LibraryPanel::fill() {
    const QSignalBlocker quiet(list_);
    int row = 0, current = -1;
    for (const LibraryEntry& entry : library_.list(search_->text())) {
        const QString title = entry.title.isEmpty() ? tr("Untitled") : entry.title;
        // The date comes first: a narrow list cuts the end off.
        const QString below =
            QStringLiteral("%1 · %2").arg(QLocale().toString(entry.changed, QLocale::ShortFormat),
                                          QFileInfo(entry.videoPath).fileName());
        // Rows are kept, so that a list that is the same after a save is not drawn again.
        QListWidgetItem* item = list_->item(row);
        if (!item) item = make<QListWidgetItem>(list_);
        item->setText(title + QLatin1Char('\n') + below);
        item->setData(Qt::UserRole, entry.id);
        item->setToolTip(entry.videoPath);
        item->setData(kTitleRole, title);
        if (entry.id == current_) current = row;
        ++row;
    }
    while (list_->count() > row) std::unique_ptr<QListWidgetItem>{list_->takeItem(row)};
    list_->setCurrentRow(current);
    const bool isEmpty = list_->count() == 0;
    list_->setVisible(!isEmpty);
    empty_->setVisible(isEmpty);
    empty_->setText(search_->text().isEmpty() ? tr("Conversations are kept here as you go.")
                                              : tr("Nothing found."));
}

void LibraryPanel::showMenu(const QPoint& at) {
    const QListWidgetItem* item = list_->itemAt(at);
    if (!item) return;
    const QString id = item->data(Qt::UserRole).toString();
    auto* menu = make<QMenu>(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Open"), this, [this, id] { Q_EMIT openRequested(id); });
    menu->addAction(tr("Rename…"), this, [this, id, title = item->data(kTitleRole).toString()] {
        askForTitle(id, title);
    });
    menu->addAction(tr("Remove"), this, [this, id] { Q_EMIT removeRequested(id); });
    menu->popup(list_->viewport()->mapToGlobal(at));
}

}  // namespace reelquery
