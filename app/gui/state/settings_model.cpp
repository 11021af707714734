#include "app/gui/state/settings_model.h"

#include <QJsonDocument>
#include <algorithm>

namespace reelquery {

namespace {

constexpr int kRecentVideos = 10;
const auto kAskKey = QStringLiteral("ask");
const auto kThemeKey = QStringLiteral("appearance/theme");
const auto kLanguageKey = QStringLiteral("appearance/language");
const auto kFoldersKey = QStringLiteral("models/folders");
const auto kRecentKey = QStringLiteral("recent");

}  // namespace

SettingsModel::SettingsModel(const QString& file, QObject* parent)
    : QObject(parent), file_(file, QSettings::IniFormat) {
    const QByteArray stored = file_.value(kAskKey).toByteArray();
    ask_ = askSettingsFromJson(QJsonDocument::fromJson(stored).object());
    theme_ = ThemeChoice(std::clamp(file_.value(kThemeKey).toInt(), 0, int(ThemeChoice::kDark)));
    language_ = file_.value(kLanguageKey).toString();
}

void SettingsModel::setAsk(const AskSettings& settings) {
    const QByteArray before = QJsonDocument(toJson(ask_)).toJson(QJsonDocument::Compact);
    const QByteArray after = QJsonDocument(toJson(settings)).toJson(QJsonDocument::Compact);
    ask_ = settings;
    if (before == after) return;
    file_.setValue(kAskKey, after);
    Q_EMIT askChanged();
}

void SettingsModel::setTheme(ThemeChoice theme) {
    if (theme == theme_) return;
    theme_ = theme;
    file_.setValue(kThemeKey, int(theme));
    Q_EMIT themeChanged(theme);
}

void SettingsModel::setLanguage(const QString& language) {
    language_ = language;
    file_.setValue(kLanguageKey, language);
}

QStringList SettingsModel::modelFolders() const {
    return file_.value(kFoldersKey).toStringList();
}

void SettingsModel::addModelFolder(const QString& folder) {
    QStringList folders = modelFolders();
    folders.removeAll(folder);
    folders.prepend(folder);
    file_.setValue(kFoldersKey, folders);
}

QStringList SettingsModel::recentVideos() const {
    return file_.value(kRecentKey).toStringList();
}

void SettingsModel::addRecentVideo(const QString& path) {
    QStringList paths = recentVideos();
    paths.removeAll(path);
    paths.prepend(path);
    file_.setValue(kRecentKey, QStringList(paths.mid(0, kRecentVideos)));
    Q_EMIT recentVideosChanged();
}

void SettingsModel::clearRecentVideos() {
    file_.remove(kRecentKey);
    Q_EMIT recentVideosChanged();
}

}  // namespace reelquery
