#include "app/gui/state/server_keys.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <chrono>
#include <utility>

#include "app/gui/look/format.h"
#include "app/gui/look/post_to.h"

namespace reelquery {

namespace {

constexpr auto kOwnerOnly = QFileDevice::ReadOwner | QFileDevice::WriteOwner;
constexpr auto kReadPatience = std::chrono::seconds(5);

}  // namespace

ServerKeys::ServerKeys(std::filesystem::path file, std::unique_ptr<SecretStore> store)
    : file_(std::move(file)), store_(std::move(store)) {
    pool_.setMaxThreadCount(1);
    pool_.setExpiryTimeout(-1);  // the store wants to be asked from one thread
    startIn(pool_, [this] { load(); });
}

ServerKeys::~ServerKeys() {
    waitForDone(pool_);
}

void ServerKeys::finish() {
    waitForDone(pool_);
}

void ServerKeys::load() {
    std::map<std::string, std::string> found;
    QFile in(toQString(file_));
    if (in.open(QIODevice::ReadOnly)) {
        in.setPermissions(kOwnerOnly);
        const QJsonObject stored = QJsonDocument::fromJson(in.readAll()).object();
        for (auto one = stored.begin(); one != stored.end(); ++one) {
            const std::string address = one.key().toStdString();
            if (one.value().isString()) {
                found[address] = one.value().toString().toStdString();
            } else if (one.value().isBool()) {
                inStore_.insert(address);
                if (auto secret = store_ ? store_->read(address) : std::nullopt)
                    found[address] = *std::move(secret);
            }
        }
    }
    {
        const std::lock_guard lock(mutex_);
        keys_.merge(found);  // what was kept meanwhile is newer
        isLoaded_ = true;
    }
    isRead_.notify_all();
    Q_EMIT loaded();
}

std::string ServerKeys::key(const std::string& address) const {
    {
        std::unique_lock lock(mutex_);
        isRead_.wait_for(lock, kReadPatience,
                         [&] { return isLoaded_ || keys_.find(address) != keys_.end(); });
    }
    return known(address);
}

std::string ServerKeys::known(const std::string& address) const {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(address);
    return found == keys_.end() ? std::string() : found->second;
}

void ServerKeys::keep(const std::string& address, const std::string& key) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = keys_.find(address);
        const bool isSame = found == keys_.end() ? key.empty() && isLoaded_ : found->second == key;
        if (isSame) return;
        keys_[address] = key;  // empty: also over what is still being read
    }
    startIn(pool_, [this, address, key] { store(address, key); });
}

void ServerKeys::store(const std::string& address, const std::string& key) {
    if (inStore_.erase(address) > 0 && key.empty() && store_) store_->forget(address);
    if (!key.empty() && store_ && store_->write(address, key)) inStore_.insert(address);
    if (!write()) postTo(this, [this] { Q_EMIT notKept(); });
}

bool ServerKeys::write() const {
    QJsonObject stored;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [address, key] : keys_)
            if (!key.empty()) stored[toQString(address)] = toQString(key);
    }
    for (const std::string& address : inStore_) stored[toQString(address)] = true;
    QSaveFile out(toQString(file_));
    if (!out.open(QIODevice::WriteOnly)) return false;
    out.setPermissions(kOwnerOnly);  // before there is anything to read
    out.write(QJsonDocument(stored).toJson());
    return out.flush() && out.commit();  // commit() does not see a full disk
}

}  // namespace reelquery
