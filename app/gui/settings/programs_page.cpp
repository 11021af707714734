#include "app/gui/settings/programs_page.h"

#include <QCheckBox>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/desktop/told_label.h"
#include "app/gui/look/form_row.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/state/door_keeper.h"

namespace reelquery {

namespace {

ToldLabel* plainLabel(const char* name, QWidget* parent) {
    auto* label = make<ToldLabel>(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

}  // namespace

ProgramsPage::ProgramsPage(DoorKeeper& door, QWidget* parent) : QWidget(parent), door_(door) {
    auto* column = columnLayout(this, 10);
    column->setContentsMargins(20, 18, 20, 18);
    addHead(column);
    addPlaces(column);
    addFolders(column);
    column->addStretch(1);
    connect(&door, &DoorKeeper::changed, this, &ProgramsPage::present);
    present();
}

void ProgramsPage::addHead(QBoxLayout* column) {
    auto* title = make<QLabel>(tr("Let other programs ask"), this);
    title->setProperty("role", QStringLiteral("title"));
    column->addWidget(title);
    auto* text = make<QLabel>(
        tr("Chat windows, editors and scripts with an OpenAI interface ask the model that answers "
           "here about videos. They must be on this computer, have the key, and see only the "
           "folders below. It ends when this window is closed."),
        this);
    text->setProperty("role", QStringLiteral("muted"));
    text->setWordWrap(true);
    column->addWidget(text);
    switch_ = make<QCheckBox>(tr("&Let other programs on this computer ask"), this);
    switch_->setObjectName(QStringLiteral("letProgramsAsk"));
    connect(switch_, &QCheckBox::toggled, &door_, &DoorKeeper::setWanted);
    column->addWidget(switch_);
    state_ = plainLabel("doorState", this);
    column->addWidget(state_);
    visits_ = plainLabel("doorVisits", this);
    visits_->setProperty("role", QStringLiteral("muted"));
    column->addWidget(visits_);
}

void ProgramsPage::addPlaces(QBoxLayout* column) {
    auto* form = make<QFormLayout>();
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(9);
    port_ = make<QSpinBox>(this);
    port_->setObjectName(QStringLiteral("doorPort"));
    port_->setRange(0, 65535);
    port_->setGroupSeparatorShown(false);
    port_->setSpecialValueText(tr("any that is free"));
    port_->setKeyboardTracking(false);  // else each digit would open another one
    connect(port_, &QSpinBox::valueChanged, &door_, &DoorKeeper::setPort);
    addFormRow(*form, tr("&Port"), port_);
    address_ = addCopied(form, tr("&Address"), "doorAddress", tr("Copy the address"));
    model_ = addCopied(form, tr("&Model"), "doorModel", tr("Copy the model's name"));
    key_ = addCopied(form, tr("&Key"), "doorKey", tr("Copy the key"));
    auto* show = make<QCheckBox>(tr("&Show the key"), this);
    show->setObjectName(QStringLiteral("showDoorKey"));
    const auto hideKey = [this](bool isShown) {
        key_->setEchoMode(isShown ? QLineEdit::Normal : QLineEdit::Password);
    };
    connect(show, &QCheckBox::toggled, this, hideKey);
    hideKey(false);
    form->addRow(QString(), show);
    column->addLayout(form);
}

QLineEdit* ProgramsPage::addCopied(QFormLayout* form, const QString& label, const char* name,
                                   const QString& copyName) {
    auto* field = make<QWidget>(this);
    auto* row = rowLayout(field, 6);
    auto* edit = make<QLineEdit>(field);
    edit->setObjectName(QLatin1String(name));
    edit->setReadOnly(true);
    edit->setPlaceholderText(tr("while it is on"));
    auto* copy = make<QToolButton>(field);
    copy->setObjectName(QLatin1String(name) + QStringLiteral("Copy"));
    copy->setIcon(paletteIcon(QStringLiteral("copy")));
    copy->setToolTip(copyName);
    copy->setAccessibleName(copyName);
    copy->setEnabled(false);
    connect(copy, &QToolButton::clicked, edit,
            [edit] { QGuiApplication::clipboard()->setText(edit->text()); });
    connect(edit, &QLineEdit::textChanged, copy,
            [copy](const QString& text) { copy->setEnabled(!text.isEmpty()); });
    row->addWidget(edit, 1);
    row->addWidget(copy);
    QLabel* head = addFormRow(*form, label, field);
    head->setBuddy(edit);
    return edit;
}

void ProgramsPage::addFolders(QBoxLayout* column) {
    auto* head = make<QLabel>(tr("&Folders whose videos they may name"), this);
    column->addWidget(head);
    folders_ = make<QListWidget>(this);
    folders_->setObjectName(QStringLiteral("doorFolders"));
    folders_->setAccessibleName(tr("Folders whose videos other programs may name"));
    folders_->setMinimumHeight(70);
    folders_->setMaximumHeight(140);
    head->setBuddy(folders_);
    column->addWidget(folders_);
    auto* row = make<QHBoxLayout>();
    auto* add = make<QPushButton>(tr("A&dd a folder…"), this);
    add->setObjectName(QStringLiteral("addDoorFolder"));
    remove_ = make<QPushButton>(tr("&Remove"), this);
    remove_->setObjectName(QStringLiteral("removeDoorFolder"));
    remove_->setAccessibleName(tr("Remove the chosen folder"));
    row->addWidget(add);
    row->addWidget(remove_);
    row->addStretch(1);
    column->addLayout(row);
    connect(add, &QPushButton::clicked, this, &ProgramsPage::askForFolder);
    connect(remove_, &QPushButton::clicked, this, [this] {
        if (const QListWidgetItem* item = folders_->currentItem())
            door_.removeFolder(item->data(Qt::UserRole).toString());
    });
    connect(folders_, &QListWidget::currentRowChanged, remove_,
            [this](int chosen) { remove_->setEnabled(chosen >= 0); });
}

void ProgramsPage::askForFolder() {
    auto* dialog = make<QFileDialog>(this, tr("A folder whose videos other programs may name"));
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, &door_, &DoorKeeper::addFolder);
    dialog->open();
}

void ProgramsPage::present() {
    const QSignalBlocker quietSwitch(switch_), quietPort(port_);
    switch_->setChecked(door_.isWanted());
    port_->setValue(door_.port());
    const auto& opened = door_.opened();
    address_->setText(opened ? QStringLiteral("http://127.0.0.1:%1/v1").arg(opened->port)
                             : QString());
    model_->setText(opened ? toQString(opened->model) : QString());
    key_->setText(opened ? toQString(opened->key) : QString());
    address_->setCursorPosition(0);
    key_->setCursorPosition(0);
    const QStringList folders = door_.folders();
    const int row = folders_->currentRow();
    folders_->clear();
    for (const QString& folder : folders) {
        auto* item = make<QListWidgetItem>(pathText(folder), folders_);
        item->setData(Qt::UserRole, folder);
        item->setToolTip(pathText(folder));
    }
    folders_->setCurrentRow(std::min(row, int(folders.size()) - 1));
    remove_->setEnabled(folders_->currentRow() >= 0);
    state_->tell(stateText());
    visits_->setText(visitsText());
    visits_->setVisible(!visits_->text().isEmpty());
}

QString ProgramsPage::stateText() const {
    switch (door_.state()) {
        case DoorKeeper::State::kNoModel:
            return tr("On, but no model of this computer answers: choose one on the Models page.");
        case DoorKeeper::State::kOpening:
            return tr("Loading the model…");
        case DoorKeeper::State::kOpen:
            return door_.folders().isEmpty()
                       ? tr("On. Programs can send videos along; none of this computer's may be "
                            "named, as no folder is allowed.")
                       : tr("On.");
        case DoorKeeper::State::kFinishing:
            return tr(
                "What is being asked is still answered (%n question(s)); then the change "
                "takes effect. Switching it off stops that at once.",
                nullptr, int(door_.asking().size()));
        case DoorKeeper::State::kClosing:
            return tr("Closing…");
        case DoorKeeper::State::kFailed:
            return door_.problem();
        case DoorKeeper::State::kClosed:
            break;
    }
    return tr("Off: nothing can connect.");
}

QString ProgramsPage::visitsText() const {
    const DoorVisits& visits = door_.visits();
    QStringList told;
    if (visits.questions > 0) {
        const QString time = QLocale().toString(visits.lastTime.time(), QLocale::ShortFormat);
        told << tr("%n question(s) since it was switched on,", nullptr, visits.questions) +
                    QLatin1Char(' ') +
                    (visits.lastProgram.isEmpty()
                         ? tr("the last at %1.").arg(time)
                         : tr("the last at %1 by %2.").arg(time, visits.lastProgram));
    } else if (door_.state() == DoorKeeper::State::kOpen) {
        told << tr("Nobody has asked yet.");
    }
    if (!visits.lastFailure.isEmpty())
        told << tr("The last one that failed here: %1.").arg(visits.lastFailure);
    if (visits.refused > 0)
        told << tr("%n time(s) somebody without the key was turned away.", nullptr, visits.refused);
    return told.join(QLatin1Char(' '));
}

}  // namespace reelquery
