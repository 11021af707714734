#include "app/gui/models/model_button.h"

#include <QAction>
#include <QActionGroup>
#include <QMenu>

#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/models/model_scanner.h"
#include "app/gui/models/use_model.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

constexpr int kLongestName = 220;  // pixels

}  // namespace

ModelButton::ModelButton(const ModelScanner& scanner, SettingsModel& settings, QAction* more,
                         QWidget* parent)
    : QToolButton(parent), scanner_(scanner), settings_(settings), more_(more) {
    setObjectName(QStringLiteral("modelButton"));
    setProperty("role", QStringLiteral("choice"));
    setToolButtonStyle(Qt::ToolButtonTextOnly);
    setPopupMode(QToolButton::InstantPopup);
    setFocusPolicy(Qt::TabFocus);
    auto* menu = make<QMenu>(this);
    menu->setToolTipsVisible(true);
    setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &ModelButton::fillMenu);
    connect(&scanner, &ModelScanner::finished, this, &ModelButton::showName);
    connect(&settings, &SettingsModel::askChanged, this, &ModelButton::showName);
    showName();
}

void ModelButton::changeEvent(QEvent* event) {
    QToolButton::changeEvent(event);
    if (event->type() == QEvent::FontChange) showName();
}

void ModelButton::showName() {
    const ModelChoice& model = settings_.ask().model;
    const auto& folder = model.folder;
    QString name = folder.empty() ? tr("No model") : toQString(folder.filename());
    for (const ModelEntry& entry : scanner_.found()) {
        if (entry.folder == folder) name = toQString(entry.name);
    }
    name = name.section(QLatin1String(" ("), 0, 0);  // what is in brackets is for the list
    QString where = toQString(folder);
    if (!model.server.empty()) {
        where = toQString(model.server);
        name = model.serverModel.empty() ? where : toQString(model.serverModel);
    }
    setText(fontMetrics().elidedText(name, Qt::ElideMiddle, kLongestName));
    setToolTip(where.isEmpty() ? tr("The model that answers")
                               : tr("The model that answers: %1").arg(where));
    setAccessibleName(tr("Model %1").arg(name));
}

void ModelButton::fillMenu() {
    menu()->clear();
    auto* group = make<QActionGroup>(menu());
    for (const ModelEntry& entry : scanner_.found()) {
        QAction* action = menu()->addAction(toQString(entry.name));
        action->setCheckable(true);
        const ModelChoice& model = settings_.ask().model;
        action->setChecked(model.server.empty() && entry.folder == model.folder);
        action->setEnabled(entry.complete);
        action->setToolTip(toQString(entry.complete ? entry.folder.string() : entry.problem));
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, entry] {
            AskSettings changed = settings_.ask();
            useModel(changed, entry);
            settings_.setAsk(changed);
        });
    }
    if (!scanner_.found().empty()) menu()->addSeparator();
    menu()->addAction(more_);
}

}  // namespace reelquery
