#include <QAccessible>
#include <QAccessibleWidget>

#include "app/gui/player/timeline_view.h"

namespace reelquery {

namespace {

class TimelineAccessible : public QAccessibleWidget, public QAccessibleValueInterface {
  public:
    explicit TimelineAccessible(TimelineView* view)
        : QAccessibleWidget(view, QAccessible::Slider), view_(view) {}

    void* interface_cast(QAccessible::InterfaceType type) override {
        if (type == QAccessible::ValueInterface)
            return static_cast<QAccessibleValueInterface*>(this);
        return QAccessibleWidget::interface_cast(type);
    }

    QString text(QAccessible::Text kind) const override {
        return kind == QAccessible::Value ? view_->positionText() : QAccessibleWidget::text(kind);
    }

    QVariant currentValue() const override { return view_->positionS(); }

    void setCurrentValue(const QVariant& value) override {
        Q_EMIT view_->seekRequested(value.toDouble());
    }

    QVariant maximumValue() const override { return view_->durationS(); }

    QVariant minimumValue() const override { return 0.0; }

    QVariant minimumStepSize() const override { return 1.0; }

  private:
    TimelineView* view_;
};

QAccessibleInterface* makeAccessible(const QString& key, QObject* object) {
    if (key != QLatin1String("reelquery::TimelineView")) return nullptr;
    return std::make_unique<TimelineAccessible>(static_cast<TimelineView*>(object)).release();
}

}  // namespace

void installTimelineAccessibility() {
    QAccessible::installFactory(makeAccessible);
}

}  // namespace reelquery
