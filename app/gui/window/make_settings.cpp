#include "app/gui/window/make_settings.h"

#include <QAction>
#include <QCoreApplication>
#include <QMenuBar>
#include <QToolButton>

#include "app/gui/look/make.h"
#include "app/gui/models/answering_model.h"
#include "app/gui/models/device_page.h"
#include "app/gui/models/models_page.h"
#include "app/gui/models/server_page.h"
#include "app/gui/settings/answering_pages.h"
#include "app/gui/settings/appearance_page.h"
#include "app/gui/settings/keys_page.h"
#include "app/gui/settings/programs_page.h"
#include "app/gui/settings/settings_dialog.h"
#include "app/gui/settings/storage_page.h"
#include "app/gui/state/door_keeper.h"
#include "app/gui/window/door_sign.h"
#include "app/gui/window/resume_playback.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

namespace {

/// The names of the pages.
struct SettingsPages {
    Q_DECLARE_TR_FUNCTIONS(SettingsPages)
};

}  // namespace

MadeSettings makeSettings(const SettingsParts& parts, QWidget* parent) {
    auto* dialog = make<SettingsDialog>(parent);
    auto* models = make<ModelsPage>(parts.model.scanner(), parts.settings, parts.setup.hub);
    auto* server = make<ServerPage>(parts.bridge, parts.settings, parts.keys);
    auto* device = make<DevicePage>(parts.bridge, parts.settings, parts.setup.findDevices,
                                    parts.setup.gpuHalf);
    auto* storage = make<StoragePage>(
        StorageParts{parts.settings, parts.library, parts.keeper, parts.setup.storage});
    const auto add = [dialog](const char* icon, const QString& name, QWidget* page) {
        dialog->addPage(QLatin1String(icon), name, page);
    };
    const auto opens = [&parts, dialog](ActionId id, const QWidget* page) {
        QObject::connect(parts.actions.at(id), &QAction::triggered, dialog,
                         [dialog, page] { dialog->openAt(page); });
    };
    add("model", SettingsPages::tr("Models"), models);
    add("server", SettingsPages::tr("Server"), server);
    if (parts.door.hasDoor()) {
        auto* programs = make<ProgramsPage>(parts.door);
        add("door", SettingsPages::tr("Programs"), programs);
        QObject::connect(make<DoorSign>(parts.door, parts.menuBar), &QToolButton::clicked, dialog,
                         [dialog, programs] { dialog->openAt(programs); });
    }
    add("device", SettingsPages::tr("Devices"), device);
    add("film", SettingsPages::tr("Frames"), makeSamplingPage(parts.settings, nullptr));
    add("compare", SettingsPages::tr("Attention"), makeAttentionPage(parts.settings, nullptr));
    add("question", SettingsPages::tr("Answers"), makeGenerationPage(parts.settings, nullptr));
    add("appearance", SettingsPages::tr("Appearance"), make<AppearancePage>(parts.settings));
    add("library", SettingsPages::tr("Storage"), storage);
    add("keyboard", SettingsPages::tr("Keys"), make<KeysPage>(parts.actions));
    opens(ActionId::kSettings, nullptr);
    opens(ActionId::kModels, models);
    opens(ActionId::kDevices, device);
    opens(ActionId::kStorage, storage);
    QObject::connect(storage, &StoragePage::forgotten, &parts.resume, &ResumePlayback::forget);
    QObject::connect(models, &ModelsPage::scanRequested, &parts.model, &AnsweringModel::find);
    QObject::connect(models, &ModelsPage::chosen, dialog, &QWidget::close);
    QObject::connect(server, &ServerPage::chosen, dialog, &QWidget::close);
    return {dialog, models};
}

}  // namespace reelquery
