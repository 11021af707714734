#pragma once
// What the program has to know of a checkpoint's chat template. The layout itself is the family's
// and is written by core/model's prompt_builder; a template is never run.

#include <filesystem>
#include <string>

namespace reelquery {

/// The template's text, from chat_template.jinja, chat_template.json or tokenizer_config.json;
/// empty where none of them has one. Errors: kModel for a file that is no JSON object.
std::string readChatTemplate(const std::filesystem::path& folder);

/// Whether it opens an answer with "<think>": so do the checkpoints that think before they answer.
bool opensThought(const std::string& chatTemplate);

}  // namespace reelquery
