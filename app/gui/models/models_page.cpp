#include "app/gui/models/models_page.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/desktop/told_label.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/models/downloads_card.h"
#include "app/gui/models/model_scanner.h"
#include "app/gui/models/use_model.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

/// Gives the texts of this file their context.
struct ModelTexts {
    Q_DECLARE_TR_FUNCTIONS(reelquery::ModelsPage)
};

QString sizeAndFormat(const ModelEntry& entry) {
    const QString size = bytesText(entry.bytes);
    return entry.format.empty() ? size : size + QStringLiteral(" · ") + toQString(entry.format);
}

/// A line that says what three lengths of video need here; empty where that is not known.
QString needsText(const ModelEntry& entry) {
    QStringList parts;
    for (const TokenNeed& need : entry.needs) {
        const auto text =
            need.fits ? ModelTexts::tr("%1K %2") : ModelTexts::tr("%1K %2, does not fit");
        parts.append(text.arg(need.videoTokens / 1024).arg(bytesText(need.bytes)));
    }
    if (parts.isEmpty()) return {};
    return QLatin1Char('\n') +
           ModelTexts::tr("Memory by video tokens: %1").arg(parts.join(QStringLiteral(" · ")));
}

QString stateText(const ModelEntry& entry) {
    const QString folder = toQString(entry.folder);
    if (entry.complete) {
        return sizeAndFormat(entry) + QStringLiteral(" · ") +
               ModelTexts::tr("complete · %1").arg(folder) + needsText(entry);
    }
    if (entry.hears) {
        return sizeAndFormat(entry) + QStringLiteral(" · ") +
               ModelTexts::tr("speech model: makes subtitles, answers nothing · %1").arg(folder);
    }
    return ModelTexts::tr("Not usable: %1 · %2").arg(toQString(entry.problem), folder);
}

}  // namespace

ModelsPage::ModelsPage(ModelScanner& scanner, SettingsModel& settings, ModelHub hub,
                       QWidget* parent)
    : QWidget(parent), scanner_(scanner), settings_(settings) {
    auto* column = columnLayout(this, 10);
    column->setContentsMargins(20, 18, 20, 18);
    auto* title = make<QLabel>(tr("Models"), this);
    title->setProperty("role", QStringLiteral("title"));
    column->addWidget(title);
    state_ = make<ToldLabel>(this);
    state_->setObjectName(QStringLiteral("modelsState"));
    state_->setProperty("role", QStringLiteral("muted"));
    state_->setWordWrap(true);
    column->addWidget(state_);
    list_ = make<QListWidget>(this);
    list_->setObjectName(QStringLiteral("modelList"));
    list_->setAccessibleName(tr("Models on this computer"));
    list_->setWordWrap(true);
    list_->setSpacing(2);
    list_->setResizeMode(QListView::Adjust);  // lines wrap anew
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column->addWidget(list_, 1);
    auto* row = make<QHBoxLayout>();
    use_ = make<QPushButton>(tr("Use this model"), this);
    use_->setObjectName(QStringLiteral("useModelButton"));
    use_->setProperty("role", QStringLiteral("primary"));
    auto* add = make<QPushButton>(paletteIcon(QStringLiteral("folder")), tr("Add folder…"), this);
    auto* again = make<QPushButton>(paletteIcon(QStringLiteral("again")), tr("Search again"), this);
    row->addWidget(use_);
    row->addStretch(1);
    row->addWidget(add);
    row->addWidget(again);
    column->addLayout(row);
    auto* downloads = make<DownloadsCard>(std::move(hub), this);
    column->addWidget(downloads);
    connect(downloads, &DownloadsCard::fetched, this, &ModelsPage::scanRequested);
    connect(use_, &QPushButton::clicked, this, &ModelsPage::use);
    connect(list_, &QListWidget::itemActivated, this, &ModelsPage::use);
    connect(list_, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        use_->setEnabled(item && item->flags().testFlag(Qt::ItemIsEnabled));
    });
    connect(add, &QPushButton::clicked, this, &ModelsPage::addFolder);
    connect(again, &QPushButton::clicked, this, &ModelsPage::scanRequested);
    connect(&scanner, &ModelScanner::started, this, &ModelsPage::fill);
    connect(&scanner, &ModelScanner::finished, this, [this] {
        fill();
        if (isVisible()) scanner_.findNeeds();
    });
    connect(&scanner, &ModelScanner::needsFound, this, &ModelsPage::fill);
    connect(&settings, &SettingsModel::askChanged, this, &ModelsPage::fill);
    fill();
}

void ModelsPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    scanner_.findNeeds();
}

void ModelsPage::fill() {
    const auto chosen = settings_.ask().model.folder;
    list_->clear();
    for (const ModelEntry& entry : scanner_.found()) {
        const QString text = toQString(entry.name) + QLatin1Char('\n') + stateText(entry);
        auto* item = make<QListWidgetItem>(text, list_);
        item->setData(Qt::UserRole, int(&entry - scanner_.found().data()));
        item->setToolTip(tr("Found through %1").arg(toQString(entry.source)));
        const bool isChosen = settings_.ask().model.server.empty() && entry.folder == chosen;
        item->setIcon(paletteIcon(isChosen ? QStringLiteral("check") : QStringLiteral("model")));
        if (isChosen) item->setData(Qt::AccessibleTextRole, tr("%1, in use").arg(text));
        if (!entry.complete) item->setFlags(item->flags() & ~Qt::ItemIsEnabled);
        if (isChosen) list_->setCurrentItem(item);
    }
    use_->setEnabled(list_->currentItem() != nullptr);
    const int count = list_->count();
    if (scanner_.isScanning()) {
        state_->tell(tr("Searching this computer…"));
    } else if (count == 0) {
        state_->tell(
            tr("No model was found. Add the folder that holds one, or get one as shown below."));
    } else {
        state_->tell(tr("%n model(s) on this computer. Folders are read only, nothing is copied.",
                        nullptr, count));
    }
}

void ModelsPage::use() {
    const QListWidgetItem* item = list_->currentItem();
    if (!item || !item->flags().testFlag(Qt::ItemIsEnabled)) return;
    AskSettings settings = settings_.ask();
    useModel(settings, scanner_.found()[std::size_t(item->data(Qt::UserRole).toInt())]);
    settings_.setAsk(settings);
    Q_EMIT chosen();
}

void ModelsPage::addFolder() {
    auto* dialog = make<QFileDialog>(this, tr("Folder with a model"));
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        settings_.addModelFolder(folder);
        Q_EMIT scanRequested();
    });
    dialog->open();
}

}  // namespace reelquery
