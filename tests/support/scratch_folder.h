#pragma once
// Folders that tests write models into, and what they expect of errors.

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/error.h"

namespace reelquery {

/// A folder of its own below the system's temporary one, removed at the end of the scope.
class ScratchFolder {
  public:
    ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder();

    const std::filesystem::path& path() const { return path_; }

    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

/// A scratch folder with a tiny random checkpoint in folder "model".
class ScratchModel : public ScratchFolder {
  public:
    ScratchModel();

    std::filesystem::path folder() const { return path() / "model"; }

    /// Rewrites a JSON file of the model.
    void edit(const std::string& file, const std::function<void(nlohmann::json&)>& change) const;
};

std::string readText(const std::filesystem::path& file);
void writeText(const std::filesystem::path& file, const std::string& text);

/// Runs something that must throw Error{code}; every one of `words` must be in its one line.
template <class Action>
void checkError(ErrorCode code, const std::vector<std::string>& words, const Action& action) {
    try {
        action();
    } catch (const Error& error) {
        CHECK(error.code() == code);
        const std::string line = error.what();
        CHECK(line.find('\n') == std::string::npos);
        for (const std::string& word : words) CHECK_THAT(line, Catch::Matchers::Contains(word));
        return;
    }
    FAIL_CHECK("no error was thrown");
}

}  // namespace reelquery
