#include "app/gui/models/model_scanner.h"

#include <QThreadPool>
#include <utility>

#include "app/gui/look/in_pool.h"

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
    inPool(
        *QThreadPool::globalInstance(), this,
        [find = find_, extra = std::move(extra)] { return find(extra); },
        [this, turn](std::vector<ModelEntry> found) {
            if (turn_ != turn) return;
            isScanning_ = false;
            found_.clear();
            if (!embedded_.folder.empty()) found_.push_back(embedded_);
            for (ModelEntry& entry : found) {
                if (entry.folder != embedded_.folder) found_.push_back(std::move(entry));
            }
            Q_EMIT finished();
        });
}

void ModelScanner::findNeeds() {
    if (!needs_ || isScanning_ || needsTurn_ == turn_) return;
    const int turn = needsTurn_ = turn_;
    inPool(
        *QThreadPool::globalInstance(), this,
        [needs = needs_, found = found_]() mutable {
            for (ModelEntry& entry : found) entry.needs = needs(entry);
            return std::move(found);
        },
        [this, turn](std::vector<ModelEntry> found) {
            if (turn_ != turn) return;
            found_ = std::move(found);
            Q_EMIT needsFound();
        });
}

}  // namespace reelquery
