#include "core/session/plan/measurements.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/replace_file.h"

namespace reelquery {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Raised when the file's layout changes, and when kernels become so much faster that costs
/// measured before mislead.
constexpr int kVersion = 2;
constexpr std::size_t kRunsKept = 40;  // per device and number type

std::string keyOf(const std::string& deviceName, const CostShape& shape) {
    return deviceName + (shape.target.bfloat16 ? " bfloat16 " : " float32 ") +
           std::to_string(shape.heads) + "/" + std::to_string(shape.kvHeads) + "x" +
           std::to_string(shape.headDim) + " " + shape.selector;
}

std::string keyOf(const std::string& deviceName, const std::string& dtype) {
    return deviceName + " " + dtype;
}

/// A finite number that is not negative, or nothing.
std::optional<double> numberAt(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number()) return std::nullopt;
    const double value = found->get<double>();
    return std::isfinite(value) && value >= 0 ? std::optional(value) : std::nullopt;
}

std::string textAt(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

constexpr std::pair<const char*, CallCost AttentionCosts::*> kCosts[] = {
    {"dense", &AttentionCosts::dense},
    {"selection", &AttentionCosts::selection},
    {"sparse", &AttentionCosts::sparse}};

constexpr std::pair<const char*, std::string RunSpeed::*> kTexts[] = {
    {"model", &RunSpeed::model},
    {"sampling", &RunSpeed::sampling},
    {"attention", &RunSpeed::attention}};

constexpr std::pair<const char*, std::optional<double> RunSpeed::*> kRates[] = {
    {"decode_per_frame_s", &RunSpeed::decodePerFrameS},
    {"decoded_s", &RunSpeed::decodedS},
    {"hidden_share", &RunSpeed::hiddenShare},
    {"encode_flop_per_s", &RunSpeed::encodeFlopPerS},
    {"encoded_s", &RunSpeed::encodedS},
    {"linear_flop_per_s", &RunSpeed::linearFlopPerS},
    {"linear_s", &RunSpeed::linearS},
    {"attention_flop_per_s", &RunSpeed::attentionFlopPerS},
    {"attended_s", &RunSpeed::attendedS},
    {"other_s", &RunSpeed::otherS}};

std::optional<AttentionCosts> costsOf(const Json& json) {
    if (!json.is_object()) return std::nullopt;
    AttentionCosts costs;
    for (const auto& [name, part] : kCosts) {
        const auto found = json.find(name);
        if (found == json.end() || !found->is_object()) return std::nullopt;
        const auto perCall = numberAt(*found, "ns_per_call");
        const auto perKey = numberAt(*found, "ns_per_key");
        const auto perPair = numberAt(*found, "ns_per_pair");
        if (!perCall || !perKey || !perPair) return std::nullopt;
        costs.*part = {*perCall, *perKey, *perPair};
    }
    return costs;
}

Json jsonOf(const AttentionCosts& costs) {
    Json json;
    for (const auto& [name, part] : kCosts) {
        const CallCost& cost = costs.*part;
        json[name] = {{"ns_per_call", cost.nsPerCall},
                      {"ns_per_key", cost.nsPerKey},
                      {"ns_per_pair", cost.nsPerPair}};
    }
    return json;
}

RunSpeed runOf(const Json& json) {
    RunSpeed run;
    for (const auto& [name, field] : kTexts) run.*field = textAt(json, name);
    for (const auto& [name, field] : kRates) run.*field = numberAt(json, name);
    return run;
}

Json jsonOf(const RunSpeed& run) {
    Json json = Json::object();
    for (const auto& [name, field] : kTexts) json[name] = run.*field;
    for (const auto& [name, field] : kRates) {
        if (run.*field) json[name] = *(run.*field);
    }
    return json;
}

}  // namespace

Measurements::Measurements(fs::path file) : file_(std::move(file)) {
    read();
}

std::optional<AttentionCosts> Measurements::attentionCosts(const std::string& deviceName,
                                                           const CostShape& shape) const {
    const auto found = costs_.find(keyOf(deviceName, shape));
    return found == costs_.end() ? std::nullopt : std::optional(found->second);
}

void Measurements::keep(const std::string& deviceName, const CostShape& shape,
                        const AttentionCosts& costs, bool lasting) {
    const std::string key = keyOf(deviceName, shape);
    costs_[key] = costs;
    passing_.erase(key);
    if (!lasting) passing_.insert(key);
    write();
}

std::vector<RunSpeed> Measurements::runs(const std::string& deviceName,
                                         const std::string& dtype) const {
    const auto found = runs_.find(keyOf(deviceName, dtype));
    return found == runs_.end() ? std::vector<RunSpeed>() : found->second;
}

void Measurements::add(const std::string& deviceName, const std::string& dtype, RunSpeed run) {
    std::vector<RunSpeed>& runs = runs_[keyOf(deviceName, dtype)];
    runs.push_back(std::move(run));
    if (runs.size() > kRunsKept) runs.erase(runs.begin());
    write();
}

void Measurements::read() {
    std::ifstream in(file_);
    if (file_.empty() || !in) return;
    const Json json = Json::parse(in, nullptr, false);
    if (!json.is_object() || json.value("version", Json()) != Json(kVersion)) return;
    const Json none = Json::object();
    const auto objectAt = [&](const char* name) -> const Json& {
        const auto found = json.find(name);
        return found != json.end() && found->is_object() ? *found : none;
    };
    for (const auto& [key, value] : objectAt("attention").items()) {
        if (const auto costs = costsOf(value)) costs_[key] = *costs;
    }
    for (const auto& [key, list] : objectAt("runs").items()) {
        if (!list.is_array()) continue;
        for (const Json& run : list) {
            if (run.is_object()) runs_[key].push_back(runOf(run));
        }
    }
}

void Measurements::write() const {
    if (file_.empty()) return;
    Json json = {{"version", kVersion}, {"attention", Json::object()}, {"runs", Json::object()}};
    for (const auto& [key, costs] : costs_) {
        if (!passing_.contains(key)) json["attention"][key] = jsonOf(costs);
    }
    for (const auto& [key, runs] : runs_) {
        Json list = Json::array();
        for (const RunSpeed& run : runs) list.push_back(jsonOf(run));
        json["runs"][key] = std::move(list);
    }
    std::error_code failed;
    fs::create_directories(file_.parent_path(), failed);
    // What the disk refuses is measured again another time.
    replaceFile(file_, [&](std::ostream& out) {
        out << json.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
    });
}

}  // namespace reelquery
