#include "app/gui/state/settings_model.h"

#include <QJsonDocument>
#include <QSettings>
#include <QThreadPool>
#include <algorithm>

#include "app/gui/look/post_to.h"

namespace reelquery {

namespace {

constexpr int kRecentVideos = 10;
const auto kAskKey = QStringLiteral("ask");
const auto kThemeKey = QStringLiteral("appearance/theme");
const auto kLanguageKey = QStringLiteral("appearance/language");
const auto kFoldersKey = QStringLiteral("models/folders");
const auto kRecentKey = QStringLiteral("recent");
const auto kGivenKey = QStringLiteral("library/given");
constexpr int kPatienceMs = 3000;

}  // namespace

/// Writes one change after the other. It outlives the model where the disk hangs.
class SettingsModel::Writer {
  public:
    explicit Writer(QString file) : file_(std::move(file)) { pool_->setMaxThreadCount(1); }

    ~Writer() {
        // Never waited for without an end; a thread that hangs keeps its pool.
        if (!waitForDone(*pool_, kPatienceMs)) pool_.release();
    }

    void write(const QString& key, const QVariant& value) {
        startIn(*pool_, [file = file_, key, value] {
            // One each: QSettings of one file share what they know, and are written at the end.
            QSettings settings(file, QSettings::IniFormat);
            if (value.isValid()) {
                settings.setValue(key, value);
            } else {
                settings.remove(key);
            }
        });
    }

  private:
    const QString file_;
    std::unique_ptr<QThreadPool> pool_ = std::make_unique<QThreadPool>();
};

SettingsModel::SettingsModel(const QString& file, QObject* parent)
    : QObject(parent), writer_(std::make_unique<Writer>(file)) {
    const QSettings stored(file, QSettings::IniFormat);
    for (const QString& key : stored.allKeys()) values_.insert(key, stored.value(key));
    ask_ = askSettingsFromJson(QJsonDocument::fromJson(value(kAskKey).toByteArray()).object());
    theme_ = ThemeChoice(std::clamp(value(kThemeKey).toInt(), 0, int(ThemeChoice::kDark)));
    language_ = value(kLanguageKey).toString();
}

SettingsModel::~SettingsModel() = default;

void SettingsModel::setValue(const QString& key, const QVariant& value) {
    if (values_.value(key) == value && values_.contains(key)) return;
    values_.insert(key, value);
    writer_->write(key, value);
}

void SettingsModel::removeValue(const QString& key) {
    values_.removeIf([&key](const auto& entry) {
        return entry.key() == key || entry.key().startsWith(key + QLatin1Char('/'));
    });
    writer_->write(key, {});
}

void SettingsModel::setAsk(const AskSettings& settings) {
    const QByteArray before = QJsonDocument(toJson(ask_)).toJson(QJsonDocument::Compact);
    const QByteArray after = QJsonDocument(toJson(settings)).toJson(QJsonDocument::Compact);
    ask_ = settings;
    if (before == after) return;
    setValue(kAskKey, after);
    Q_EMIT askChanged();
}

void SettingsModel::setTheme(ThemeChoice theme) {
    if (theme == theme_) return;
    theme_ = theme;
    setValue(kThemeKey, int(theme));
    Q_EMIT themeChanged(theme);
}

void SettingsModel::setLanguage(const QString& language) {
    language_ = language;
    setValue(kLanguageKey, language);
}

QStringList SettingsModel::modelFolders() const {
    return value(kFoldersKey).toStringList();
}

void SettingsModel::addModelFolder(const QString& folder) {
    QStringList folders = modelFolders();
    folders.removeAll(folder);
    folders.prepend(folder);
    setValue(kFoldersKey, folders);
}

QStringList SettingsModel::recentVideos() const {
    return value(kRecentKey).toStringList();
}

void SettingsModel::addRecentVideo(const QString& path) {
    QStringList paths = recentVideos();
    paths.removeAll(path);
    paths.prepend(path);
    setValue(kRecentKey, QStringList(paths.mid(0, kRecentVideos)));
    Q_EMIT recentVideosChanged();
}

void SettingsModel::clearRecentVideos() {
    removeValue(kRecentKey);
    Q_EMIT recentVideosChanged();
}

QStringList SettingsModel::givenVideos() const {
    return value(kGivenKey).toStringList();
}

void SettingsModel::setGivenVideos(const QStringList& paths) {
    setValue(kGivenKey, paths);
    Q_EMIT givenVideosChanged();
}

void SettingsModel::dropGivenVideo(const QString& path) {
    QStringList paths = givenVideos();
    if (paths.removeAll(path) > 0) setGivenVideos(paths);
}

}  // namespace reelquery
