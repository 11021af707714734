#include "app/gui/look/theme.h"

#include <QApplication>
#include <QEvent>
#include <QFile>
#include <QFontInfo>
#include <QStyleFactory>
#include <algorithm>
#include <cmath>
#include <utility>

namespace reelquery {

namespace {

struct Shades {
    QRgb window, base, alternate, raised, line, text, muted, accent;
};

constexpr Shades kLight{0xf4f5f7, 0xffffff, 0xf0f2f5, 0xe9ebef,
                        0xd4d8df, 0x1c2026, 0x5d6673, 0x2f62d9};
constexpr Shades kDark{0x1d1f23, 0x16181b, 0x202328, 0x2b2f35,
                       0x3a3f47, 0xe7e9ec, 0x9aa3af, 0x7aa2ff};

QPalette paletteFrom(const Shades& shades, const QColor& accent) {
    const QColor window(shades.window), text(shades.text), muted(shades.muted), line(shades.line);
    const QColor raised(shades.raised);
    QPalette palette;
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, QColor(shades.base));
    palette.setColor(QPalette::AlternateBase, QColor(shades.alternate));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::PlaceholderText, muted);
    palette.setColor(QPalette::Button, raised);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, text);
    palette.setColor(QPalette::ToolTipBase, raised);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, accent);
    const QColor white(Qt::white), black(Qt::black);
    palette.setColor(QPalette::HighlightedText,
                     contrastRatio(accent, white) >= 4.5 ? white : black);
    palette.setColor(QPalette::Link, accent);
    palette.setColor(QPalette::LinkVisited, accent);
    palette.setColor(QPalette::Light, blend(raised, white, 0.3));
    palette.setColor(QPalette::Midlight, blend(window, text, 0.08));
    palette.setColor(QPalette::Mid, line);
    palette.setColor(QPalette::Dark, blend(line, black, 0.3));
    palette.setColor(QPalette::Shadow, black);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, blend(window, text, 0.4));
    }
    palette.setColor(QPalette::Disabled, QPalette::Highlight, line);
    palette.setColor(QPalette::Disabled, QPalette::HighlightedText, muted);
    return palette;
}

/// A hue pulled towards the text colour until it can be read on the base.
QColor readable(QColor hue, const QPalette& palette) {
    const QColor base = palette.color(QPalette::Base), window = palette.color(QPalette::Window);
    const QColor text = palette.color(QPalette::Text);
    const auto isReadable = [&] {
        return std::min(contrastRatio(hue, base), contrastRatio(hue, window)) >= 4.5;
    };
    for (int step = 0; step < 20 && !isReadable(); ++step) hue = blend(hue, text, 0.15);
    return hue;
}

/// "8pt": `share` of the font's size. Style sheets know no sizes relative to another.
QString pointsText(const QFont& font, double share) {
    return QString::number(QFontInfo(font).pointSizeF() * share, 'f', 1) + QStringLiteral("pt");
}

/// The style sheet with its words filled in. Qt's own palette() has too few roles.
QString styleSheet(const QPalette& palette, const QFont& font) {
    QFile file(QStringLiteral(":/style/window.qss"));
    if (!file.open(QIODevice::ReadOnly)) return {};
    QString sheet = QString::fromUtf8(file.readAll());
    const QColor window = palette.color(QPalette::Window), base = palette.color(QPalette::Base);
    const QColor text = palette.color(QPalette::Text), accent = palette.color(QPalette::Highlight);
    // Longer words first: "@accentSoft" begins with "@accent".
    const std::pair<const char*, QColor> words[] = {
        {"@accentSoft", blend(base, accent, isDark(palette) ? 0.24 : 0.13)},
        {"@accentStrong", blend(accent, text, 0.15)},
        {"@accent", accent},
        {"@onAccent", palette.color(QPalette::HighlightedText)},
        {"@hover", palette.color(QPalette::Midlight)},
        {"@handle", blend(window, text, 0.22)},
        {"@line", palette.color(QPalette::Mid)},
        {"@raised", palette.color(QPalette::Button)},
        {"@disabled", palette.color(QPalette::Disabled, QPalette::Text)},
        {"@muted", mutedText(palette)},
        {"@error", errorColor(palette)},
        {"@link", palette.color(QPalette::Link)},
        {"@window", window},
        {"@base", base},
        {"@text", text},
    };
    for (const auto& [word, colour] : words) sheet.replace(QLatin1String(word), colour.name());
    sheet.replace(QLatin1String("@titleSize"), pointsText(font, 1.65));
    sheet.replace(QLatin1String("@figureSize"), pointsText(font, 1.22));
    sheet.replace(QLatin1String("@captionSize"), pointsText(font, 0.89));
    const bool isTickDark = palette.color(QPalette::HighlightedText).lightness() < 128;
    sheet.replace(QLatin1String("@tick"), isTickDark ? QStringLiteral(":/icons/tick-black.svg")
                                                     : QStringLiteral(":/icons/tick-white.svg"));
    const QString shade = isDark(palette) ? QStringLiteral("light") : QStringLiteral("dark");
    for (const auto& direction : {QStringLiteral("up"), QStringLiteral("down")}) {
        sheet.replace(QStringLiteral("@%1Arrow").arg(direction),
                      QStringLiteral(":/icons/%1-%2.svg").arg(direction, shade));
    }
    return sheet;
}

}  // namespace

Theme::Theme(QApplication& application)
    : application_(application), system_(application.palette()) {
    application.installEventFilter(this);
}

bool Theme::eventFilter(QObject* watched, QEvent* event) {
    if (watched == &application_ && event->type() == QEvent::ApplicationFontChange && applied_)
        application_.setStyleSheet(styleSheet(application_.palette(), application_.font()));
    return false;
}

void Theme::setSystemDark(std::optional<bool> isDark) {
    if (std::exchange(isSystemDark_, isDark) == isDark || applied_ != ThemeChoice::kSystem) return;
    apply(ThemeChoice::kSystem);
}

void Theme::apply(ThemeChoice choice) {
    applied_ = choice;
    application_.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    const bool dark = choice == ThemeChoice::kDark ||
                      (choice == ThemeChoice::kSystem && isSystemDark_.value_or(isDark(system_)));
    const bool follow = choice == ThemeChoice::kSystem;
    constexpr double kHighContrast = 19;  // black on white is 21, usual themes stay below 18
    const bool whole = follow && system_.color(QPalette::Window) != QColor(Qt::white) &&
                       contrastRatio(system_.color(QPalette::Window),
                                     system_.color(QPalette::WindowText)) > kHighContrast;
    if (whole) {
        application_.setPalette(system_);
    } else {
        const Shades& shades = dark ? kDark : kLight;
        application_.setPalette(paletteFrom(shades, QColor(shades.accent)));
    }
    application_.setStyleSheet(styleSheet(application_.palette(), application_.font()));
}

QColor blend(const QColor& under, const QColor& over, double share) {
    const auto mix = [share](double a, double b) { return a + (b - a) * share; };
    return QColor::fromRgbF(float(mix(under.redF(), over.redF())),
                            float(mix(under.greenF(), over.greenF())),
                            float(mix(under.blueF(), over.blueF())));
}

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() <
           palette.color(QPalette::WindowText).lightness();
}

QColor errorColor(const QPalette& palette) {
    return readable(QColor(0xd1, 0x3b, 0x3b), palette);
}

QColor mutedText(const QPalette& palette) {
    return palette.color(QPalette::PlaceholderText);
}

double contrastRatio(const QColor& a, const QColor& b) {
    const auto luminance = [](const QColor& color) {
        const auto linear = [](double c) {
            return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
               0.0722 * linear(color.blueF());
    };
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

}  // namespace reelquery
