#pragma once
// The keys of servers: in the desktop's secret store where it takes them, else in a file of its own
// that only its owner can read; apart from the settings.

#include <QObject>
#include <QString>
#include <QThreadPool>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "app/gui/state/secret_store.h"

namespace reelquery {

/// By the server's address. Store and file are touched on a thread of its own only, in order.
class ServerKeys : public QObject {
    Q_OBJECT

  public:
    /// file: made with mode 0600 when the first key is kept. It names the servers whose keys the
    /// store has, and holds all others. Others may have been given read access since: then it is
    /// taken back. store: may be null.
    explicit ServerKeys(std::filesystem::path file, std::unique_ptr<SecretStore> store = {});

    /// What was to be kept is kept first.
    ~ServerKeys() override;

    /// Empty where there is none. Waits a few seconds at most until file and store were read.
    /// Thread: any but the GUI's.
    std::string key(const std::string& address) const;

    /// What is known by now. Thread: any.
    std::string known(const std::string& address) const;

    /// Holds at once; an empty key forgets the server's. Thread: the GUI's.
    void keep(const std::string& address, const std::string& key);

    /// Waits until all that was asked for is done. Thread: any but the GUI's; tests'.
    void finish();

  Q_SIGNALS:
    /// File and store were read.
    void loaded();
    /// Neither store nor file took the key: it holds until the program ends.
    void notKept();

  private:
    void load();
    void store(const std::string& address, const std::string& key);
    bool write() const;

    const std::filesystem::path file_;
    const std::unique_ptr<SecretStore> store_;  // of the pool's thread, as is inStore_
    std::set<std::string> inStore_;
    mutable std::mutex mutex_;
    mutable std::condition_variable isRead_;
    bool isLoaded_ = false;                    // guarded by mutex_
    std::map<std::string, std::string> keys_;  // guarded by mutex_
    QThreadPool pool_;                         // last: ends before what its jobs use
};

}  // namespace reelquery
