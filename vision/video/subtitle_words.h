#pragma once
// What a viewer reads of one subtitle: markup taken out, white space as one space.

#include <string>
#include <string_view>
#include <vector>

namespace reelquery {

/// The shown lines of one subtitle, top to bottom; none is empty.
using ShownLines = std::vector<std::string>;

/// SubRip as people write it: HTML's few tags, "{\an8}" blocks and "{y:i}" codes go, other braces
/// and angle brackets are words; character references are resolved. `text`: UTF-8, \n between
/// lines.
ShownLines linesOfSubRip(std::string_view text);

/// WebVTT's cue text: every tag goes (voices, classes, ruby, time stamps), character references
/// are resolved. Source: W3C WebVTT, "WebVTT cue text parsing rules".
ShownLines linesOfWebVtt(std::string_view text);

/// The text of an ASS event "ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text":
/// override blocks and drawings taken out.
ShownLines linesOfDialogue(std::string_view event);

/// Text without any markup.
ShownLines linesOfPlainText(std::string_view text);

}  // namespace reelquery
