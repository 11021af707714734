#pragma once
// The settings of the window: kept in one place, written as they change.

#include <QHash>
#include <QObject>
#include <QStringList>
#include <QVariant>
#include <memory>

#include "app/gui/look/theme.h"
#include "app/gui/state/ask_settings.h"

namespace reelquery {

/// Reads its file when it is made; later changes are written on another thread. Confined to the
/// GUI thread.
class SettingsModel : public QObject {
    Q_OBJECT

  public:
    /// file: an INI file, made when absent. Damaged values fall back to their defaults.
    explicit SettingsModel(const QString& file, QObject* parent = nullptr);
    /// Waits until all is written: at most three seconds, should the disk hang.
    ~SettingsModel() override;

    const AskSettings& ask() const { return ask_; }

    void setAsk(const AskSettings& settings);

    ThemeChoice theme() const { return theme_; }

    void setTheme(ThemeChoice theme);

    /// A locale name such as "de"; empty follows the system.
    QString language() const { return language_; }

    void setLanguage(const QString& language);

    /// Folders the user added to the search for models.
    QStringList modelFolders() const;
    void addModelFolder(const QString& folder);

    QStringList recentVideos() const;
    /// Puts the path first; at most ten are kept.
    void addRecentVideo(const QString& path);
    void clearRecentVideos();

    /// Videos that were given together and have not been opened yet.
    QStringList givenVideos() const;
    void setGivenVideos(const QStringList& paths);
    void dropGivenVideo(const QString& path);

    /// Anything small that only its owner understands: window layout, key bindings.
    QVariant value(const QString& key, const QVariant& otherwise = {}) const {
        return values_.value(key, otherwise);
    }

    void setValue(const QString& key, const QVariant& value);
    /// Those below it go, too.
    void removeValue(const QString& key);

  Q_SIGNALS:
    void askChanged();
    void themeChanged(ThemeChoice theme);
    void recentVideosChanged();
    void givenVideosChanged();

  private:
    class Writer;

    QHash<QString, QVariant> values_;
    std::unique_ptr<Writer> writer_;
    AskSettings ask_;
    ThemeChoice theme_ = ThemeChoice::kSystem;
    QString language_;
};

}  // namespace reelquery
