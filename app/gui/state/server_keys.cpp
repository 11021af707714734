#include "app/gui/state/server_keys.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <utility>

#include "app/gui/look/format.h"

namespace reelquery {

namespace {

constexpr auto kOwnerOnly = QFileDevice::ReadOwner | QFileDevice::WriteOwner;

}  // namespace

ServerKeys::ServerKeys(std::filesystem::path file) : file_(std::move(file)) {
    QFile in(toQString(file_));
    if (!in.open(QIODevice::ReadOnly)) return;
    in.setPermissions(kOwnerOnly);
    const QJsonObject stored = QJsonDocument::fromJson(in.readAll()).object();
    for (auto one = stored.begin(); one != stored.end(); ++one)
        keys_[one.key().toStdString()] = one.value().toString().toStdString();
}

std::string ServerKeys::key(const std::string& address) const {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(address);
    return found == keys_.end() ? std::string() : found->second;
}

bool ServerKeys::keep(const std::string& address, const std::string& key) {
    const std::lock_guard lock(mutex_);
    if (key.empty() && keys_.find(address) == keys_.end()) return true;
    if (key.empty()) {
        keys_.erase(address);
    } else {
        keys_[address] = key;
    }
    return write();
}

bool ServerKeys::write() const {
    QJsonObject stored;
    for (const auto& [address, key] : keys_) stored[toQString(address)] = toQString(key);
    QSaveFile out(toQString(file_));
    if (!out.open(QIODevice::WriteOnly)) return false;
    out.setPermissions(kOwnerOnly);  // before there is anything to read
    out.write(QJsonDocument(stored).toJson());
    return out.commit();
}

}  // namespace reelquery
