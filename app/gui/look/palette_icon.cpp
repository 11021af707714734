#include "app/gui/look/palette_icon.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QSvgRenderer>

namespace reelquery {

namespace {

class PaletteIconEngine : public QIconEngine {
  public:
    PaletteIconEngine(QByteArray svg, QPalette::ColorRole role)
        : svg_(std::move(svg)), role_(role) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        const QPalette palette = QGuiApplication::palette();
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        // Selections are a light tint, and disabled buttons have no strong ground: text on both.
        const auto role =
            mode == QIcon::Normal || mode == QIcon::Active ? role_ : QPalette::ButtonText;
        QByteArray coloured = svg_;
        coloured.replace("currentColor", palette.color(group, role).name().toLatin1());
        QSvgRenderer(coloured).render(painter, rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override {
        return std::make_unique<PaletteIconEngine>(svg_, role_).release();
    }

  private:
    QByteArray svg_;
    QPalette::ColorRole role_;
};

}  // namespace

QIcon paletteIcon(const QString& name, QPalette::ColorRole role) {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QIcon(std::make_unique<PaletteIconEngine>(file.readAll(), role).release());
}

}  // namespace reelquery
