#include "core/eval/answer_log.h"

#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "core/base/error.h"

namespace reelquery {

namespace {

/// ": model_files and seed differ" for two lines of settings; empty where one is no object.
std::string differenceOf(std::string_view before, std::string_view now) {
    using Json = nlohmann::ordered_json;
    const Json old = Json::parse(before, nullptr, false), wanted = Json::parse(now, nullptr, false);
    if (!old.is_object() || !wanted.is_object()) return "";
    std::string names;
    for (const auto& [key, value] : wanted.items()) {
        const auto found = old.find(key);
        if (found != old.end() && *found == value) continue;
        names += (names.empty() ? "" : ", ") + key;
    }
    return names.empty() ? "" : " (not the same: " + names + ")";
}

}  // namespace

AnswerLog::AnswerLog(std::filesystem::path file, const std::string& settingsJson)
    : file_(std::move(file)) {
    std::error_code ignored;
    const bool exists = std::filesystem::exists(file_, ignored);
    if (exists) readExisting(settingsJson);
    const bool isNew =
        !std::filesystem::exists(file_, ignored) || std::filesystem::file_size(file_, ignored) == 0;
    out_.open(file_, std::ios::app | std::ios::binary);
    if (isNew) out_ << settingsJson << '\n' << std::flush;
    if (!out_) {
        throw Error(ErrorCode::kUsage, file_.string() + " cannot be written",
                    "give another folder with --out");
    }
}

void AnswerLog::readExisting(const std::string& settingsJson) {
    std::string text;
    {
        std::ifstream in(file_, std::ios::binary);
        text.assign(std::istreambuf_iterator<char>(in), {});
    }
    // A line without its end was being written when the run was killed.
    const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    std::size_t begin = 0;
    for (int line = 1; begin < whole; ++line) {
        const std::size_t end = text.find('\n', begin);
        const std::string_view one = std::string_view(text).substr(begin, end - begin);
        begin = end + 1;
        if (line == 1) {
            if (one == settingsJson) continue;
            throw Error(ErrorCode::kUsage,
                        file_.string() + " holds answers of another suite, model or settings" +
                            differenceOf(one, settingsJson),
                        "give another folder with --out, or remove that file");
        }
        const std::optional<EvalRecord> record = readRecord(one);
        if (!record) {
            throw Error(ErrorCode::kUsage,
                        file_.string() + ":" + std::to_string(line) + " is no answer of a run",
                        "remove the line, or give another folder with --out");
        }
        records_[{record->id, record->mode}] = *record;
    }
    if (whole < text.size()) std::filesystem::resize_file(file_, whole);
}

const EvalRecord* AnswerLog::find(const std::string& id, const std::string& mode) const {
    const auto found = records_.find({id, mode});
    return found == records_.end() ? nullptr : &found->second;
}

void AnswerLog::append(const EvalRecord& record) {
    out_ << recordLine(record) << '\n' << std::flush;
    if (!out_) {
        throw Error(ErrorCode::kUsage, file_.string() + " cannot be written further",
                    "free some space and run the same command again; it goes on from here");
    }
    records_[{record.id, record.mode}] = record;
}

}  // namespace reelquery
