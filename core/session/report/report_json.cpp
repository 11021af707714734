#include "core/session/report/report_json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/json_nesting.h"
#include "core/session/report/report_fields.h"

namespace reelquery {

namespace {

using Json = nlohmann::ordered_json;

template <class Type>
concept Plain = std::is_arithmetic_v<Type> || std::same_as<Type, std::string>;

constexpr const char* kEnd = "end";
constexpr const char* kTokenLimit = "token_limit";

/// Puts the fields of a report into a JSON object.
class Writer {
  public:
    explicit Writer(Json& object) : object_(object) { object_ = Json::object(); }

    template <class Field>
    void operator()(const char* key, const Field& field) {
        object_[key] = written(field);
    }

    template <class Item>
    void operator()(const char* key, const std::optional<Item>& field) {
        if (field) object_[key] = written(*field);
    }

    void operator()(const char* key, const Evidence& field) {
        if (!field.isEmpty()) object_[key] = written(field);
    }

    template <class Inside>
    void group(const char* key, const Inside& inside) {
        Writer nested(object_[key]);
        inside(nested);
    }

    void derived(const char* key, const char* value) { object_[key] = value; }

    template <class Field>
    void formerly(const char*, const Field&) {}

  private:
    template <Plain Field>
    static Json written(const Field& field) {
        return field;
    }

    static Json written(StopReason reason) {
        return reason == StopReason::kEndOfAnswer ? kEnd : kTokenLimit;
    }

    template <class Item>
    static Json written(const std::vector<Item>& items) {
        Json list = Json::array();
        for (const Item& item : items) list.push_back(written(item));
        return list;
    }

    template <class Report>
    static Json written(const Report& report) {
        Json object;
        Writer nested(object);
        walkFields(nested, report);
        return object;
    }

    Json& object_;
};

/// Fills the fields of a report from a JSON object; `path` is what errors name it by.
class Reader {
  public:
    Reader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
        if (!object_.is_object()) throw wrong(path_.empty() ? "the text" : path_, "an object");
    }

    template <class Field>
    void operator()(const char* key, Field& field) {
        const auto found = object_.find(key);
        if (found != object_.end()) read(*found, field, pathOf(key));
    }

    template <class Inside>
    void group(const char* key, const Inside& inside) {
        const auto found = object_.find(key);
        if (found == object_.end()) return;
        Reader nested(*found, pathOf(key));
        inside(nested);
    }

    void derived(const char*, const char*) {}

    template <class Field>
    void formerly(const char* key, Field& field) {
        (*this)(key, field);
    }

  private:
    static Error wrong(const std::string& path, const char* wanted) {
        return Error(ErrorCode::kUsage, "not a report of Reelquery: " + path + " is not " + wanted);
    }

    std::string pathOf(const char* key) const {
        return path_.empty() ? std::string(key) : path_ + "." + key;
    }

    static void read(const Json& json, bool& field, const std::string& path) {
        if (!json.is_boolean()) throw wrong(path, "true or false");
        field = json.get<bool>();
    }

    template <class Item>
    static void read(const Json& json, std::optional<Item>& field, const std::string& path) {
        read(json, field.emplace(), path);
    }

    static void read(const Json& json, std::string& field, const std::string& path) {
        if (!json.is_string()) throw wrong(path, "a text");
        field = json.get<std::string>();
    }

    static void read(const Json& json, StopReason& field, const std::string& path) {
        if (json != kEnd && json != kTokenLimit) throw wrong(path, "\"end\" or \"token_limit\"");
        field = json == kEnd ? StopReason::kEndOfAnswer : StopReason::kTokenLimit;
    }

    template <std::floating_point Field>
    static void read(const Json& json, Field& field, const std::string& path) {
        if (!json.is_number() && !json.is_null()) throw wrong(path, "a number");
        field = json.is_null() ? std::numeric_limits<Field>::quiet_NaN() : json.get<Field>();
    }

    template <std::integral Field>
    static void read(const Json& json, Field& field, const std::string& path) {
        // A double holds every count that a report can hold; other writers may print 5 as 5.0.
        const double value = json.is_number() ? json.get<double>() : 0.5;
        const bool fits = value >= static_cast<double>(std::numeric_limits<Field>::min()) &&
                          value < -static_cast<double>(std::numeric_limits<Field>::min());
        if (!fits || value != std::floor(value)) throw wrong(path, "a whole number");
        field = json.get<Field>();
    }

    template <class Item>
    static void read(const Json& json, std::vector<Item>& field, const std::string& path) {
        if (!json.is_array()) throw wrong(path, "a list");
        field.assign(json.size(), Item{});
        for (std::size_t i = 0; i < field.size(); ++i) {
            read(json[i], field[i], path + "[" + std::to_string(i) + "]");
        }
    }

    template <class Report>
    requires std::is_class_v<Report>

    static void read(const Json& json, Report& field, const std::string& path) {
        Reader nested(json, path);
        walkFields(nested, field);
    }

    const Json& object_;
    std::string path_;
};

template <class Report>
std::string oneLine(const Report& report) {
    Json json;
    Writer writer(json);
    walkFields(writer, report);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class Report>
Report readAs(std::string_view text) {
    const Json json = nestsDeeperThan(text) ? Json() : Json::parse(text, nullptr, false);
    Report report;
    Reader reader(json, "");
    walkFields(reader, report);
    return report;
}

}  // namespace

std::string reportJson(const AnswerReport& report) {
    return oneLine(report);
}

std::string comparisonJson(const ComparisonReport& report) {
    return oneLine(report);
}

std::string planJson(const Plan& plan) {
    Json json = {{"frames", plan.frames},
                 {"frame_width", plan.frameWidth},
                 {"frame_height", plan.frameHeight},
                 {"from_s", plan.fromS},
                 {"to_s", plan.toS},
                 {"video_tokens", plan.videoTokens},
                 {"prompt_tokens", plan.promptTokens},
                 {"weight_bytes", plan.weightBytes},
                 {"cache_bytes", plan.cacheBytes},
                 {"work_bytes", plan.workBytes},
                 {"feature_bytes", plan.featureBytes},
                 {"memory_bytes", plan.memoryBytes()},
                 {"available_bytes", plan.availableBytes},
                 {"host_bytes", plan.hostBytes},
                 {"host_available_bytes", plan.hostAvailableBytes},
                 {"fits", plan.fits}};
    if (plan.forecast && plan.fits) {
        json["forecast"] = {{"decode_s", plan.forecast->decodeS},
                            {"encode_s", plan.forecast->encodeS},
                            {"prefill_s", plan.forecast->prefillS},
                            {"first_token_s", plan.forecast->firstTokenS}};
    }
    json["choices"] = Json::array();
    for (const PlanChoice& choice : plan.choices) {
        json["choices"].push_back({{"what", choice.text()},
                                   {"flag", choice.flag},
                                   {"frames", choice.frames},
                                   {"video_tokens", choice.videoTokens},
                                   {"memory_bytes", choice.memoryBytes}});
    }
    json["reasons"] = plan.reasons;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

AnswerReport readReport(std::string_view json) {
    return readAs<AnswerReport>(json);
}

ComparisonReport readComparison(std::string_view json) {
    return readAs<ComparisonReport>(json);
}

}  // namespace reelquery
