#include "app/gui/state/secret_store.h"

#ifdef REELQUERY_HAS_KEYCHAIN

#include <qt6keychain/keychain.h>
#include <QEventLoop>
#include <QTimer>
#include <filesystem>

#include "app/gui/look/format.h"
#include "core/base/environment.h"

namespace reelquery {

namespace {

constexpr auto kService = "reelquery";
constexpr int kPasswordPatienceMs = 20'000;  // somebody may have to type a password

/// Without a session's bus there is no store, and asking for one may start a bus.
bool hasSessionBus() {
    if (!environment("DBUS_SESSION_BUS_ADDRESS").empty()) return true;
    const std::string runtime = environment("XDG_RUNTIME_DIR");
    std::error_code ignored;
    return !runtime.empty() && std::filesystem::exists(runtime + "/bus", ignored);
}

class Keychain final : public SecretStore {
  public:
    std::optional<std::string> read(const std::string& address) override {
        std::optional<std::string> secret;
        auto* job = new QKeychain::ReadPasswordJob(QLatin1String(kService));
        run(job, address, [&secret](QKeychain::Job& done) {
            secret = static_cast<QKeychain::ReadPasswordJob&>(done).textData().toStdString();
        });
        return secret;
    }

    bool write(const std::string& address, const std::string& secret) override {
        auto* job = new QKeychain::WritePasswordJob(QLatin1String(kService));
        job->setTextData(toQString(secret));
        return run(job, address, [](QKeychain::Job&) {});
    }

    void forget(const std::string& address) override {
        run(new QKeychain::DeletePasswordJob(QLatin1String(kService)), address,
            [](QKeychain::Job&) {});
    }

  private:
    /// Takes the job over, which deletes itself. True where it went well.
    template <class Take>
    bool run(QKeychain::Job* job, const std::string& address, const Take& take) {
        job->setInsecureFallback(false);
        job->setKey(toQString(address));
        // One that has not answered once is not waited for again.
        if (isSilent_) {
            delete job;
            return false;
        }
        auto went = std::make_shared<std::optional<bool>>();
        QEventLoop loop;
        QObject::connect(job, &QKeychain::Job::finished, &loop, [&, went](QKeychain::Job* done) {
            *went = done->error() == QKeychain::NoError;
            if (**went) take(*done);
            loop.quit();
        });
        QTimer::singleShot(kPasswordPatienceMs, &loop, &QEventLoop::quit);
        job->start();
        loop.exec();
        isSilent_ = !went->has_value();
        return went->value_or(false);
    }

    bool isSilent_ = false;
};

}  // namespace

std::unique_ptr<SecretStore> desktopSecretStore() {
    return hasSessionBus() ? std::make_unique<Keychain>() : nullptr;
}

}  // namespace reelquery

#else

namespace reelquery {

std::unique_ptr<SecretStore> desktopSecretStore() {
    return nullptr;
}

}  // namespace reelquery

#endif
