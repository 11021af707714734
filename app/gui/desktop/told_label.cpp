#include "app/gui/desktop/told_label.h"

#include <QTimer>

#include "app/gui/desktop/announcer.h"

namespace reelquery {

void ToldLabel::tell(const QString& text) {
    setText(text);
    sinceProgress_.invalidate();
    saySoon();
}

void ToldLabel::tellProgress(const QString& text) {
    setText(text);
    if (sinceProgress_.isValid() && sinceProgress_.elapsed() < kProgressMs) return;
    sinceProgress_.start();
    saySoon();
}

void ToldLabel::saySoon() {
    // Those who set a text often show the label behind that.
    QTimer::singleShot(0, this, [this] {
        if (!isVisible() || text() == said_) return;
        said_ = text();
        if (Announcer* announcer = Announcer::of(*this)) announcer->say(said_);
    });
}

}  // namespace reelquery
