#include "core/spec/chat_template.h"

#include <fstream>
#include <iterator>
#include <system_error>

#include "core/spec/json_fields.h"

namespace reelquery {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

/// A template is a text, or a list of named ones, of which "default" is for chats.
std::string templateIn(const fs::path& file) {
    const Json json = parseJsonFile(file);
    const Json* value = JsonFields({&json}, file.string()).find("chat_template");
    if (!value) return {};
    if (value->is_string()) return value->get<std::string>();
    if (!value->is_array()) return {};
    for (const Json& named : *value) {
        const JsonFields fields({&named}, file.string());
        const Json* text = fields.find("template");
        if (fields.text("name", "") == "default" && text && text->is_string()) {
            return text->get<std::string>();
        }
    }
    return {};
}

}  // namespace

std::string readChatTemplate(const fs::path& folder) {
    if (std::ifstream in(folder / "chat_template.jinja", std::ios::binary); in) {
        return {std::istreambuf_iterator<char>(in), {}};
    }
    for (const char* name : {"chat_template.json", "tokenizer_config.json"}) {
        std::error_code ignored;
        if (!fs::exists(folder / name, ignored)) continue;
        if (std::string text = templateIn(folder / name); !text.empty()) return text;
    }
    return {};
}

bool opensThought(const std::string& chatTemplate) {
    // A line end is written as an escape in the template's own strings, or stands there as it is.
    for (const char* opening :
         {"<|im_start|>assistant\\n<think>", "<|im_start|>assistant\n<think>"}) {
        if (chatTemplate.find(opening) != std::string::npos) return true;
    }
    return false;
}

}  // namespace reelquery
