#pragma once
// The keys of servers: a file of its own that only its owner can read, apart from the settings.

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace reelquery {

/// By the server's address. Thread: any.
class ServerKeys {
  public:
    /// file: made with mode 0600 when the first key is kept. Others may have been given read access
    /// since: then it is taken back.
    explicit ServerKeys(std::filesystem::path file);

    /// Empty where there is none.
    std::string key(const std::string& address) const;

    /// An empty key forgets the server's. False where the file cannot be written; the key holds
    /// until the program ends then.
    bool keep(const std::string& address, const std::string& key);

  private:
    bool write() const;  // mutex_ is held

    const std::filesystem::path file_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> keys_;  // guarded by mutex_
};

}  // namespace reelquery
