#include "core/fetch/hub_listing.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/environment.h"
#include "core/base/format_text.h"
#include "core/base/json_nesting.h"
#include "core/web/web_request.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostListing = 16 << 20;
constexpr std::size_t kMostFiles = 10'000;
constexpr std::int64_t kLargestFile = std::int64_t{1} << 42;

bool endsWith(const std::string& text, std::string_view end) {
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool isHex(const std::string& text, std::size_t digits) {
    return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// A relative path whose parts are ordinary names.
bool isOrdinaryName(const std::string& name) {
    if (name.empty() || name.size() > 512) return false;
    if (name.find('\\') != std::string::npos) return false;
    for (const char c : name)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
    std::size_t begin = 0;
    while (begin <= name.size()) {
        const std::size_t end = std::min(name.find('/', begin), name.size());
        const std::string part = name.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") return false;
        begin = end + 1;
    }
    return true;
}

void checkRepository(const std::string& name) {
    const std::size_t slash = name.find('/');
    const bool hasParts = slash != std::string::npos && slash > 0 && slash + 1 < name.size() &&
                          name.find('/', slash + 1) == std::string::npos;
    const bool isPlain = name.find_first_not_of(
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                             "0123456789-._/") == std::string::npos;
    const bool isOdd = name.find("--") != std::string::npos ||
                       name.find("..") != std::string::npos ||
                       name.find("/.") != std::string::npos || (!name.empty() && name[0] == '.');
    if (!hasParts || !isPlain || isOdd || name.size() > 200) {
        throw Error(ErrorCode::kUsage, "'" + name + "' is not the name of a model",
                    "write OWNER/NAME, as the hub does: Qwen/Qwen3-VL-2B-Instruct");
    }
}

[[noreturn]] void refuseAnswer(const std::string& repository, const std::string& why) {
    throw Error(ErrorCode::kModel, "what the hub says of " + repository + " makes no sense: " + why,
                "check HF_ENDPOINT, or try again later");
}

HubFile readFile(const Json& entry, const std::string& repository) {
    HubFile file;
    if (!entry.is_object() || !entry.value("rfilename", Json()).is_string()) {
        refuseAnswer(repository, "a file without a name");
    }
    file.name = entry["rfilename"].get<std::string>();
    if (!isOrdinaryName(file.name)) refuseAnswer(repository, "a file with an odd name");
    const Json lfs = entry.value("lfs", Json());
    const Json size = entry.value("size", Json());
    const Json digest =
        lfs.is_object() ? lfs.value("sha256", Json()) : entry.value("blobId", Json());
    if (!size.is_number_integer() || !digest.is_string()) {
        refuseAnswer(repository, file.name + " has no size or hash");
    }
    file.bytes = size.get<std::int64_t>();
    file.digest = digest.get<std::string>();
    file.digestKind = lfs.is_object() ? DigestKind::kSha256 : DigestKind::kGitBlob;
    const std::size_t digits = lfs.is_object() ? 64 : 40;
    if (file.bytes < 0 || file.bytes > kLargestFile || !isHex(file.digest, digits)) {
        refuseAnswer(repository, file.name + " has an odd size or hash");
    }
    return file;
}

bool isSetting(const std::string& name) {
    if (name.find('/') != std::string::npos) return false;
    for (const char* kind : {".json", ".txt", ".jinja", ".model"})
        if (endsWith(name, kind)) return true;
    return name == "README.md" || name.compare(0, 7, "LICENSE") == 0;
}

/// model.safetensors, or a piece of it: model-00001-of-00002.safetensors.
bool isUsualWeights(const std::string& name) {
    int piece = 0, pieces = 0, end = 0;
    return name == "model.safetensors" ||
           (std::sscanf(name.c_str(), "model-%5d-of-%5d.safetensors%n", &piece, &pieces, &end) ==
                2 &&
            end == static_cast<int>(name.size()));
}

const HubFile* smallest(const std::vector<const HubFile*>& files) {
    const auto found =
        std::min_element(files.begin(), files.end(),
                         [](const auto* a, const auto* b) { return a->bytes < b->bytes; });
    return found == files.end() ? nullptr : *found;
}

std::vector<HubFile> ggufFiles(const HubListing& listing, const std::string& wanted) {
    std::vector<const HubFile*> models, towers;
    for (const HubFile& file : listing.files) {
        if (!endsWith(lowered(file.name), ".gguf")) continue;
        const bool isTower = lowered(file.name).find("mmproj") != std::string::npos;
        (isTower ? towers : models).push_back(&file);
    }
    if (models.empty()) {
        throw Error(ErrorCode::kModel,
                    listing.repository + " holds no weights that can be read here",
                    "safetensors and GGUF can be");
    }
    std::vector<HubFile> needed;
    for (const HubFile* model : models)
        if (model->name == wanted) needed.push_back(*model);
    if (needed.empty()) {
        std::string list;
        for (const HubFile* model : models)
            list += (list.empty() ? "" : ", ") + model->name + " (" + sizeText(model->bytes) + ")";
        throw Error(ErrorCode::kUsage,
                    wanted.empty() ? listing.repository + " has its weights in several forms"
                                   : listing.repository + " has no file " + wanted,
                    "choose one with --file: " + list);
    }
    // Of towers in several number types f16 is what everybody ships; else the smallest.
    const HubFile* tower = smallest(towers);
    for (const HubFile* each : towers) {
        const std::string name = lowered(each->name);
        if (name.find("f16") != std::string::npos && name.find("bf16") == std::string::npos) {
            tower = each;
        }
    }
    if (tower) needed.push_back(*tower);
    return needed;
}

}  // namespace

HubAccess hubAccess() {
    const std::string offline = lowered(environment("HF_HUB_OFFLINE"));
    if (offline == "1" || offline == "on" || offline == "yes" || offline == "true") {
        throw Error(ErrorCode::kUsage, "HF_HUB_OFFLINE forbids the network", "unset it to fetch");
    }
    HubAccess access;
    access.endpoint = environment("HF_ENDPOINT");
    if (access.endpoint.empty()) access.endpoint = "https://huggingface.co";
    while (endsWith(access.endpoint, "/")) access.endpoint.pop_back();
    access.certificates = environment("REQUESTS_CA_BUNDLE");
    if (access.certificates.empty()) access.certificates = environment("CURL_CA_BUNDLE");
    access.token = environment("HF_TOKEN");
    fs::path file = environment("HF_TOKEN_PATH");
    if (file.empty() && !environment("HF_HOME").empty())
        file = fs::path(environment("HF_HOME")) / "token";
    if (file.empty() && !environment("HOME").empty()) {
        file = fs::path(environment("HOME")) / ".cache" / "huggingface" / "token";
    }
    if (access.token.empty() && !file.empty()) {
        std::ifstream in(file);
        in >> access.token;
    }
    for (const char c : access.token)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) {
            throw Error(ErrorCode::kUsage, "HF_TOKEN holds what no token has", "set it anew");
        }
    return access;
}

HubListing readListing(std::string_view text, const std::string& repository) {
    Json json;
    if (!nestsDeeperThan(text)) json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.value("sha", Json()).is_string() ||
        !json.value("siblings", Json()).is_array()) {
        refuseAnswer(repository, "no commit and no files");
    }
    HubListing listing;
    listing.repository = repository;
    listing.commit = json["sha"].get<std::string>();
    if (!isHex(listing.commit, 40)) refuseAnswer(repository, "an odd commit");
    if (json["siblings"].size() > kMostFiles) refuseAnswer(repository, "too many files");
    for (const Json& entry : json["siblings"]) listing.files.push_back(readFile(entry, repository));
    const Json card = json.value("cardData", Json());
    if (card.is_object()) {
        for (const char* name : {"license", "license_name"}) {
            const Json value = card.value(name, Json());
            if (value.is_string() && value != "other") listing.licence = value.get<std::string>();
        }
    }
    return listing;
}

HubListing fetchListing(const HubAccess& access, const std::string& repository,
                        const std::string& revision, const CancelToken& cancel) {
    checkRepository(repository);
    if (revision.empty() || !isOrdinaryName(revision) ||
        revision.find_first_of("?#% ") != std::string::npos) {
        throw Error(ErrorCode::kUsage, "'" + revision + "' is not the name of a revision");
    }
    WebRequest request;
    request.url =
        access.endpoint + "/api/models/" + repository + "/revision/" + revision + "?blobs=true";
    request.certificates = access.certificates;
    request.followsRedirects = true;  // a model that got another name
    if (!access.token.empty())
        request.fields.emplace_back("Authorization", "Bearer " + access.token);
    const auto [head, text] = fetchText(request, kMostListing, cancel);
    if (head.status == 200) return readListing(text, repository);
    const std::string kind = head.field("x-error-code");
    if (kind == "GatedRepo" || head.status == 403) {
        throw Error(ErrorCode::kModel, repository + " is for those who agreed to its licence",
                    "agree at " + access.endpoint + "/" + repository +
                        ", then set HF_TOKEN to a token of yours");
    }
    if (kind == "RevisionNotFound") {
        throw Error(ErrorCode::kModel, repository + " has no revision " + revision);
    }
    // The hub also answers 401 for what does not exist, to tell nobody what does.
    if (head.status == 404 || head.status == 401) {
        throw Error(ErrorCode::kModel,
                    "there is no " + repository + " at " + hostOf(access.endpoint),
                    access.token.empty() ? "check the name; a private one needs HF_TOKEN"
                                         : "check the name, and that the token may read it");
    }
    throw Error(ErrorCode::kModel,
                hostOf(access.endpoint) + " answers with status " + std::to_string(head.status),
                "try again later");
}

std::vector<HubFile> neededFiles(const HubListing& listing, const std::string& gguf) {
    // Where the usual names are there, others are the same weights in another number type.
    const auto isUsual = [](const HubFile& file) { return isUsualWeights(file.name); };
    const bool hasUsual = std::any_of(listing.files.begin(), listing.files.end(), isUsual);
    std::vector<HubFile> needed;
    bool hasWeights = false;
    for (const HubFile& file : listing.files) {
        const bool isWeights =
            endsWith(file.name, ".safetensors") && file.name.find('/') == std::string::npos;
        const bool isWanted = isWeights && (!hasUsual || isUsual(file));
        hasWeights = hasWeights || isWanted;
        if (isWanted || isSetting(file.name)) needed.push_back(file);
    }
    if (hasWeights && gguf.empty()) return needed;
    return ggufFiles(listing, gguf);
}

std::string fileUrl(const HubAccess& access, const HubListing& listing, const HubFile& file) {
    std::string quoted;
    for (const char c : file.name) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) || std::string_view("-._~/").find(c) != std::string_view::npos) {
            quoted += c;
        } else {
            quoted += '%';
            quoted += "0123456789ABCDEF"[byte >> 4];
            quoted += "0123456789ABCDEF"[byte & 15];
        }
    }
    return access.endpoint + "/" + listing.repository + "/resolve/" + listing.commit + "/" + quoted;
}

}  // namespace reelquery
