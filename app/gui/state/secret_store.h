#pragma once
// Where a desktop keeps secrets: the Secret Service, KWallet. Free of Qt.

#include <memory>
#include <optional>
#include <string>

namespace reelquery {

/// Calls block, for seconds where somebody has to unlock it first, and may fail at any time. All
/// calls come from one thread.
class SecretStore {
  public:
    virtual ~SecretStore() = default;

    /// Nothing where it has none, is locked or does not answer.
    virtual std::optional<std::string> read(const std::string& address) = 0;

    /// False where it does not take it.
    virtual bool write(const std::string& address, const std::string& secret) = 0;

    virtual void forget(const std::string& address) = 0;
};

/// The desktop's; null where there is no session to have one, or this program was built without
/// QtKeychain. Asks nobody yet.
std::unique_ptr<SecretStore> desktopSecretStore();

}  // namespace reelquery
