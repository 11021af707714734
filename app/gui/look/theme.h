#pragma once
// Light and dark: the palettes, and the colours derived from a palette.

#include <QColor>
#include <QObject>
#include <QPalette>
#include <optional>

class QApplication;

namespace reelquery {

enum class ThemeChoice { kSystem, kLight, kDark };

/// Sets palette and style of the application, and fits its sizes of text to the application's font
/// whenever that changes. Confined to the GUI thread.
class Theme : public QObject {
  public:
    /// Remembers the system's palette, so make it before anything changes the application's.
    explicit Theme(QApplication& application);

    /// kSystem follows the lightness and the accent of the system's palette, and takes it whole
    /// when it is one of high contrast.
    void apply(ThemeChoice choice);

    /// What the desktop says of itself, where it does; then the same choice looks like it.
    void setSystemDark(std::optional<bool> isDark);

    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QApplication& application_;
    const QPalette system_;
    std::optional<bool> isSystemDark_;
    std::optional<ThemeChoice> applied_;
};

/// `share` of `over` on top of `under`.
QColor blend(const QColor& under, const QColor& over, double share);

bool isDark(const QPalette& palette);

/// Readable on the palette's Base and Window.
QColor errorColor(const QPalette& palette);
QColor mutedText(const QPalette& palette);

/// Contrast ratio of two colours after WCAG 2: 1 to 21.
double contrastRatio(const QColor& a, const QColor& b);

}  // namespace reelquery
