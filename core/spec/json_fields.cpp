#include "core/spec/json_fields.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/base/error.h"
#include "core/base/json_nesting.h"

namespace reelquery {

using Json = nlohmann::json;

namespace {

/// A value as a message shows it: short, on one line.
std::string shown(const Json* value) {
    if (!value) return "missing";
    constexpr std::size_t kLongest = 40;
    std::string text = value->dump(-1, ' ', true, Json::error_handler_t::replace);
    if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
    return text;
}

/// "from line 3, column 17 on" of the byte, counted from 1, that a parser stopped at.
std::string placeIn(const std::string& text, std::size_t byte) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
    const auto lines = std::count(text.begin(), end, '\n');
    const auto newline = std::find(std::make_reverse_iterator(end), text.rend(), '\n').base();
    return "from line " + std::to_string(lines + 1) + ", column " + std::to_string(end - newline) +
           " on";
}

bool isInteger(const Json& value) {
    // Python tools write 4 and 4.0 for the same thing.
    if (value.is_number_unsigned()) return value.get<std::uint64_t>() <= INT64_MAX;
    if (value.is_number_integer()) return true;
    if (!value.is_number_float()) return false;
    const double number = value.get<double>();
    return std::abs(number) < 1e15 && number == std::floor(number);
}

}  // namespace

Json parseJsonFile(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string name = file.string();
    if (!in) {
        std::error_code ignored;
        const std::filesystem::path folder = file.parent_path();
        if (!std::filesystem::exists(folder, ignored)) {
            throw Error(
                ErrorCode::kModel, folder.string() + ": there is no such folder or file",
                "name a model's folder or a GGUF file; `reelquery models` lists what is here");
        }
        throw Error(ErrorCode::kModel, name + " cannot be opened",
                    "the model folder is incomplete or not readable; download the model again");
    }
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (nestsDeeperThan(text)) {
        throw Error(ErrorCode::kModel, name + " nests deeper than any file of a model",
                    "the file is damaged; download it again");
    }
    if (text.empty()) {
        throw Error(ErrorCode::kModel, name + " is empty", "download it again");
    }
    Json json;
    try {
        json = Json::parse(text);
    } catch (const Json::parse_error& error) {
        throw Error(ErrorCode::kModel, name + " is not valid JSON " + placeIn(text, error.byte),
                    "the file is damaged; download it again");
    } catch (const Json::exception&) {
        throw Error(ErrorCode::kModel, name + " is not valid JSON",
                    "the file is damaged; download it again");
    }
    if (!json.is_object()) {
        throw Error(ErrorCode::kModel, name + " holds no JSON object",
                    "the file is damaged; download it again");
    }
    return json;
}

JsonFields::JsonFields(std::vector<const Json*> objects, std::string where)
    : objects_(std::move(objects)), where_(std::move(where)) {}

const Json* JsonFields::find(const std::string& field) const {
    for (const Json* object : objects_) {
        if (!object->is_object()) continue;
        const auto found = object->find(field);
        if (found != object->end() && !found->is_null()) return &*found;
    }
    return nullptr;
}

JsonFields JsonFields::child(const std::string& field) const {
    const Json* value = find(field);
    if (value && !value->is_object()) fail(field, "an object");
    return JsonFields(value ? std::vector<const Json*>{value} : std::vector<const Json*>{},
                      where_ + ": " + field);
}

std::int64_t JsonFields::integer(const std::string& field, IntegerRange range) const {
    const Json* value = find(field);
    const std::string expected =
        "a whole number from " + std::to_string(range.low) + " to " + std::to_string(range.high);
    if (!value || !isInteger(*value)) fail(field, expected);
    const std::int64_t number = value->is_number_float()
                                    ? static_cast<std::int64_t>(value->get<double>())
                                    : value->get<std::int64_t>();
    if (number < range.low || number > range.high) fail(field, expected);
    return number;
}

std::int64_t JsonFields::integer(const std::string& field, IntegerRange range,
                                 std::int64_t fallback) const {
    return find(field) ? integer(field, range) : fallback;
}

double JsonFields::positive(const std::string& field) const {
    const Json* value = find(field);
    if (!value || !value->is_number()) fail(field, "a number above 0");
    const double number = value->get<double>();
    if (!std::isfinite(number) || number <= 0) fail(field, "a number above 0");
    return number;
}

double JsonFields::positive(const std::string& field, double fallback) const {
    return find(field) ? positive(field) : fallback;
}

bool JsonFields::flag(const std::string& field, bool fallback) const {
    const Json* value = find(field);
    if (!value) return fallback;
    if (!value->is_boolean()) fail(field, "true or false");
    return value->get<bool>();
}

std::string JsonFields::text(const std::string& field, const std::string& fallback) const {
    const Json* value = find(field);
    if (!value) return fallback;
    if (!value->is_string()) fail(field, "a text");
    return value->get<std::string>();
}

std::vector<std::int64_t> JsonFields::integers(const std::string& field, IntegerRange range) const {
    const Json* value = find(field);
    if (!value) return {};
    const Json list = value->is_array() ? *value : Json::array({*value});
    std::vector<std::int64_t> numbers;
    for (const Json& item : list) {
        const Json wrapped = {{field, item}};
        numbers.push_back(JsonFields({&wrapped}, where_).integer(field, range));
    }
    return numbers;
}

std::vector<double> JsonFields::numbers(const std::string& field) const {
    const Json* value = find(field);
    if (!value) return {};
    if (!value->is_array()) fail(field, "a list of numbers");
    std::vector<double> numbers;
    for (const Json& item : *value) {
        if (!item.is_number() || !std::isfinite(item.get<double>())) {
            fail(field, "a list of numbers");
        }
        numbers.push_back(item.get<double>());
    }
    return numbers;
}

void JsonFields::fail(const std::string& field, const std::string& expected) const {
    const Json* value = find(field);
    throw Error(ErrorCode::kModel,
                where_ + ": " + field + " is " + shown(value) + ", expected " + expected,
                "the model folder is damaged or of a kind that is not supported");
}

}  // namespace reelquery
