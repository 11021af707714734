#include "app/gui/models/answering_model.h"

#include <QCoreApplication>
#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/gui/look/format.h"
#include "app/gui/models/use_model.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

ModelEntry embeddedEntry(const std::filesystem::path& folder) {
    if (folder.empty()) return {};
    ModelEntry entry;
    entry.name =
        QCoreApplication::translate("Models", "Demo model (comes with Reelquery)").toStdString();
    entry.folder = folder;
    std::error_code ignored;  // a size that cannot be read is shown as nothing
    for (const auto& file : std::filesystem::directory_iterator(folder, ignored)) {
        if (file.is_regular_file(ignored)) entry.bytes += std::int64_t(file.file_size(ignored));
    }
    entry.complete = true;
    entry.source = "Reelquery";
    return entry;
}

}  // namespace

AnsweringModel::AnsweringModel(ModelScanner::FindModels find, ModelScanner::FindNeeds needs,
                               std::vector<ModelRoot> roots, const std::filesystem::path& embedded,
                               SettingsModel& settings, QObject* parent)
    : QObject(parent),
      roots_(std::move(roots)),
      settings_(settings),
      scanner_(std::move(find), std::move(needs), embeddedEntry(embedded)) {
    connect(&scanner_, &ModelScanner::finished, this, &AnsweringModel::choose);
}

void AnsweringModel::find() {
    std::vector<ModelRoot> extra = roots_;
    for (const QString& folder : settings_.modelFolders())
        extra.push_back({toPath(folder), "settings"});
    scanner_.scan(std::move(extra));
}

void AnsweringModel::choose() {
    AskSettings settings = settings_.ask();
    const auto& found = scanner_.found();
    const auto complete = [&found](auto isWanted) {
        return std::find_if(found.begin(), found.end(), [&](const ModelEntry& entry) {
            return entry.complete && isWanted(entry);
        });
    };
    // What the command line names goes before what was chosen last time, once.
    const auto named = complete([](const ModelEntry& entry) { return entry.source == "--model"; });
    const bool isNamed = !std::exchange(hasScanned_, true) && named != found.end();
    std::error_code ignored;
    if (!isNamed && !settings.model.server.empty()) return;  // a server answers
    const bool isThere = !settings.model.folder.empty() &&
                         (std::filesystem::exists(settings.model.folder / "config.json", ignored) ||
                          std::filesystem::is_regular_file(settings.model.folder, ignored));
    const auto same =
        complete([&](const ModelEntry& entry) { return entry.folder == settings.model.folder; });
    if (!isNamed && (isThere || same != found.end())) return;
    const auto first = isNamed ? named : complete([](const ModelEntry&) { return true; });
    useModel(settings, first == found.end() ? ModelEntry() : *first);
    settings_.setAsk(settings);
}

}  // namespace reelquery
