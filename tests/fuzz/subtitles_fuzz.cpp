// A stranger's subtitle file, and the text of a track in its container.

#include "tests/fuzz/fuzz_input.h"
#include "vision/video/character_references.h"
#include "vision/video/rolling_captions.h"
#include "vision/video/subtitle_encoding.h"
#include "vision/video/subtitle_parser.h"
#include "vision/video/subtitle_ranking.h"

using namespace reelquery;

namespace {

void checkLines(const ShownLines& lines) {
    for (const std::string& line : lines) {
        if (line.empty()) fuzz::finding("an empty line");
        for (const char c : line) {
            if (static_cast<unsigned char>(c) < 0x20) fuzz::finding("a control character");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const DecodedText decoded = decodeSubtitleBytes(fuzz::textOf(data, size));
    if (!isUtf8(decoded.text)) fuzz::finding("decoded text is not UTF-8");
    const ParsedSubtitles parsed = parseSubtitles(decoded.text);
    for (const TimedLines& cue : parsed.cues) checkLines(cue.lines);
    double before = -1e300;
    for (const SubtitleCue& cue : eachLineOnce(parsed.cues)) {
        if (cue.text.empty() || !isUtf8(cue.text)) fuzz::finding("a text that is none");
        if (!(cue.fromS <= cue.toS) || !(before <= cue.fromS)) fuzz::finding("times out of order");
        before = cue.fromS;
    }
    checkLines(linesOfDialogue(decoded.text));
    checkLines(linesOfSubRip(decoded.text));
    checkLines(linesOfWebVtt(decoded.text));
    if (!isUtf8(resolveReferences(decoded.text))) fuzz::finding("references are not UTF-8");
    languageCode(decoded.text);
    saysPartOnly(decoded.text);
    return 0;
}
