#include "app/gui/models/model_scanner.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>

namespace reelquery {

ModelScanner::ModelScanner(FindModels find, FindNeeds needs, ModelEntry embedded, QObject* parent)
    : QObject(parent),
      find_(std::move(find)),
      needs_(std::move(needs)),
      embedded_(std::move(embedded)) {
    if (!embedded_.folder.empty()) found_.push_back(embedded_);
}

void ModelScanner::scan(std::vector<ModelRoot> extra) {
    if (!find_) {
        Q_EMIT finished();
        return;
    }
    isScanning_ = true;
    const int turn = ++turn_;
    Q_EMIT started();
    const QPointer<ModelScanner> self(this);
    QThreadPool::globalInstance()->start([self, turn, find = find_, extra = std::move(extra)] {
        std::vector<ModelEntry> found = find(extra);
        QMetaObject::invokeMethod(
            qApp,
            [self, turn, found = std::move(found)]() mutable {
                if (!self || self->turn_ != turn) return;
                self->isScanning_ = false;
                self->found_.clear();
                if (!self->embedded_.folder.empty()) self->found_.push_back(self->embedded_);
                for (ModelEntry& entry : found) {
                    if (entry.folder != self->embedded_.folder)
                        self->found_.push_back(std::move(entry));
                }
                Q_EMIT self->finished();
            },
            Qt::QueuedConnection);
    });
}

void ModelScanner::findNeeds() {
    if (!needs_ || isScanning_ || needsTurn_ == turn_) return;
    const int turn = needsTurn_ = turn_;
    const QPointer<ModelScanner> self(this);
    QThreadPool::globalInstance()->start([self, turn, needs = needs_, found = found_]() mutable {
        for (ModelEntry& entry : found) entry.needs = needs(entry);
        QMetaObject::invokeMethod(
            qApp,
            [self, turn, found = std::move(found)]() mutable {
                if (!self || self->turn_ != turn) return;
                self->found_ = std::move(found);
                Q_EMIT self->needsFound();
            },
            Qt::QueuedConnection);
    });
}

}  // namespace reelquery
