#pragma once
// JSON files of a model folder, read with errors that name the file and the field.

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace reelquery {

/// Parses a JSON file whose top level is an object. Errors: kModel (missing, unreadable, not JSON,
/// not an object), naming the file and the place of the mistake.
nlohmann::json parseJsonFile(const std::filesystem::path& file);

/// Smallest and largest value a field may have.
struct IntegerRange {
    std::int64_t low = 0;
    std::int64_t high = 0;
};

/// Read-only view of JSON objects that belong together: a field is taken from the first that has
/// it. All getters throw Error{kModel} for a wrong type or an excluded value; those without a
/// default also for a missing field. The objects must outlive the view.
class JsonFields {
  public:
    /// where: how messages call the place, e.g. "config.json".
    JsonFields(std::vector<const nlohmann::json*> objects, std::string where);

    /// The value, or null where no object has the field (an explicit null counts as absent).
    const nlohmann::json* find(const std::string& field) const;

    /// The fields of an object inside; empty objects when absent.
    JsonFields child(const std::string& field) const;

    std::int64_t integer(const std::string& field, IntegerRange range) const;
    std::int64_t integer(const std::string& field, IntegerRange range, std::int64_t fallback) const;
    /// Requires a finite value > 0.
    double positive(const std::string& field) const;
    double positive(const std::string& field, double fallback) const;
    bool flag(const std::string& field, bool fallback) const;
    std::string text(const std::string& field, const std::string& fallback) const;
    /// An array of integers, or a single one. Empty when absent.
    std::vector<std::int64_t> integers(const std::string& field, IntegerRange range) const;
    /// An array of finite numbers. Empty when absent.
    std::vector<double> numbers(const std::string& field) const;

    /// Throws Error{kModel}: "<where>: <field> is <value>, expected <expected>".
    [[noreturn]] void fail(const std::string& field, const std::string& expected) const;

  private:
    std::vector<const nlohmann::json*> objects_;
    std::string where_;
};

}  // namespace reelquery
