#pragma once
// Whether the desktop is dark, now and when it changes.

#include <QDBusVariant>
#include <QObject>
#include <optional>

class QDBusMessage;

namespace reelquery {

/// Asks the desktop's portal (org.freedesktop.portal.Settings, "color-scheme"). Confined to the GUI
/// thread.
class ColourScheme : public QObject {
    Q_OBJECT

  public:
    /// Waits for the portal, at most a fifth of a second, so that the first window has the right
    /// colours; an answer that comes later is told as a change.
    explicit ColourScheme(QObject* parent = nullptr);

    /// Nothing where the desktop has no wish, or does not say.
    std::optional<bool> isDark() const { return isDark_; }

  Q_SIGNALS:
    void changed();

  private Q_SLOTS:
    void takeChange(const QString& group, const QString& key, const QDBusVariant& value);

  private:
    void take(const QVariant& value);

    std::optional<bool> isDark_;
};

}  // namespace reelquery
