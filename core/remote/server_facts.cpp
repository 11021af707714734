#include "core/remote/server_facts.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/error.h"
#include "core/base/json_nesting.h"
#include "core/remote/remote_failure.h"
#include "core/web/web_request.h"

namespace reelquery {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostFacts = 4 << 20;
constexpr auto kReachTime = std::chrono::milliseconds(5'000);

Json parsed(std::string_view text) {
    return nestsDeeperThan(text) ? Json() : Json::parse(text, nullptr, false);
}

WebRequest get(const RemoteServer& server, const std::string& url) {
    WebRequest request;
    request.url = url;
    request.connectTime = request.silence = kReachTime;
    request.certificates = server.certificates;
    if (!server.key.empty()) request.fields.emplace_back("Authorization", "Bearer " + server.key);
    return request;
}

/// A short text that may be shown.
std::string shortText(const Json& value) {
    return value.is_string() ? value.get<std::string>().substr(0, 100) : std::string();
}

std::int64_t wholeNumber(const Json& object, const char* name) {
    const Json value = object.is_object() ? object.value(name, Json()) : Json();
    return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

}  // namespace

std::string serverBase(const std::string& url) {
    std::string base = url;
    while (!base.empty() && base.back() == '/') base.pop_back();
    const bool isWeb = base.compare(0, 7, "http://") == 0 || base.compare(0, 8, "https://") == 0;
    if (!isWeb || hostOf(base).empty() || base.find_first_of("?# @") != std::string::npos) {
        throw Error(ErrorCode::kUsage, "'" + url + "' is not the address of a server",
                    "write it as http://HOST:PORT/v1");
    }
    const std::string end = "/v1";
    const bool hasPath = base.find('/', base.find("://") + 3) != std::string::npos;
    if (!hasPath) base += end;
    return base;
}

ServerFacts readModels(std::string_view text, const RemoteServer& server, const std::string& base) {
    const Json json = parsed(text);
    const Json list = json.is_object() ? json.value("data", Json()) : Json();
    if (!list.is_array()) {
        throw Error(ErrorCode::kModel, "there is no OpenAI interface at " + base,
                    "check the address; it often ends in /v1");
    }
    std::string names;
    std::vector<const Json*> fitting;
    for (const Json& entry : list) {
        const std::string name = entry.is_object() ? shortText(entry.value("id", Json())) : "";
        if (name.empty()) continue;
        names += (names.empty() ? "" : ", ") + name;
        if (server.model.empty() || server.model == name) fitting.push_back(&entry);
    }
    if (fitting.size() != 1) {
        const std::string what = names.empty() ? hostOf(base) + " has no model loaded"
                                 : server.model.empty()
                                     ? hostOf(base) + " has several models"
                                     : hostOf(base) + " has no model " + server.model;
        throw Error(ErrorCode::kModel, what, names.empty() ? "load one there" : "it has " + names);
    }
    const Json& entry = *fitting.front();
    ServerFacts facts;
    facts.base = base;
    facts.model = entry["id"].get<std::string>();
    facts.contextTokens = wholeNumber(entry, "max_model_len");
    if (facts.contextTokens <= 0) {
        facts.contextTokens = wholeNumber(entry.value("meta", Json()), "n_ctx");
    }
    const std::string owner = shortText(entry.value("owned_by", Json()));
    if (owner == "vllm") facts.program = "vLLM";
    if (owner == "llamacpp") facts.program = "llama.cpp";
    if (owner == "sglang") facts.program = "SGLang";
    if (owner == "library") facts.program = "Ollama";
    if (owner == "reelquery") facts.program = "Reelquery";
    facts.takesTimes = owner == "reelquery";
    if (owner == "vllm" || facts.takesTimes) facts.form = FrameForm::kPairs;
    return facts;
}

ServerFacts askForFacts(const RemoteServer& server, const CancelToken& cancel) {
    const std::string base = serverBase(server.url);
    const auto [head, text] = fetchText(get(server, base + "/models"), kMostFacts, cancel);
    if (head.status == 404 || (head.status >= 300 && head.status < 400)) {
        throw Error(ErrorCode::kModel, "there is no OpenAI interface at " + base,
                    "check the address; it often ends in /v1");
    }
    if (head.status != 200) throw refusedBy(base, head.status, text);
    ServerFacts facts = readModels(text, server, base);
    if (facts.program != "vLLM") return facts;
    const std::string root = base.substr(0, base.rfind('/'));
    const auto [versionHead, version] =
        fetchText(get(server, root + "/version"), kMostFacts, cancel);
    const Json json = parsed(version);
    if (versionHead.status == 200 && json.is_object()) {
        facts.program += " " + shortText(json.value("version", Json()));
    }
    return facts;
}

}  // namespace reelquery
