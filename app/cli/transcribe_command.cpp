// reelquery transcribe: what is said in a video or a sound file, written to a subtitle file.

#include <cstdio>
#include <memory>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/hearing_run.h"
#include "app/cli/shared_flags.h"
#include "core/base/environment.h"
#include "core/session/hear/hearing.h"

namespace reelquery {

namespace {

struct TranscribeFlags {
    HearRequest request;
    std::string file, out, from, to;
    ModelFlags model;
    bool noWords = false, hearAnew = false, quiet = false;
};

void printSummary(const SpokenText& spoken, const std::string& out, bool isFromBefore) {
    for (const std::string& note : spoken.notes) std::fprintf(stderr, "note: %s\n", note.c_str());
    if (isFromBefore) {
        std::fprintf(stderr, "%zu lines%s, heard before by %s; --again hears it anew\n",
                     spoken.lines.size(), out.empty() ? "" : (" to " + out).c_str(),
                     spoken.model.c_str());
        return;
    }
    std::fprintf(
        stderr, "%zu lines%s%s%s, %.1f s of %s sound in %.1f s (%.1f times real time), %s on %s\n",
        spoken.lines.size(), spoken.language.empty() ? "" : " in ", spoken.language.c_str(),
        out.empty() ? "" : (" to " + out).c_str(), spoken.soundS, spoken.track.c_str(),
        spoken.seconds, spoken.seconds > 0 ? spoken.soundS / spoken.seconds : 0.0,
        spoken.model.c_str(), spoken.device.c_str());
}

int runTranscribe(const TranscribeFlags& flags) {
    HearRequest request = flags.request;
    request.file = flags.file;
    request.model = flags.model.speechChoice();
    request.wantsWords = !flags.noWords;
    request.language = lowered(request.language);
    if (!flags.from.empty()) request.fromS = parseClock(flags.from, "--from");
    if (!flags.to.empty()) request.toS = parseClock(flags.to, "--to");
    if (!flags.out.empty()) checkSpokenTextFile(flags.out);
    bool isFromBefore = false;
    const SpokenText spoken = hearOnTerminal(request, SpeechFiles(defaultStorage().speechFolder),
                                             flags.hearAnew, flags.quiet, isFromBefore)
                                  .spoken;
    if (flags.out.empty()) {
        std::fputs(srtText(spoken).c_str(), stdout);
        std::fflush(stdout);
    } else {
        writeSpokenText(spoken, flags.out);
    }
    if (!flags.quiet) printSummary(spoken, flags.out, isFromBefore);
    return kExitAnswered;
}

}  // namespace

Command addTranscribeCommand(CLI::App& app) {
    auto flags = std::make_shared<TranscribeFlags>();
    CLI::App* command = app.add_subcommand(
        "transcribe", "Write down what is said in a video or a sound file, with times");
    command->add_option("file", flags->file, "A video or a sound file")->required();
    command->add_option(
        "--out", flags->out,
        "File to write, .srt, .vtt or .json; SubRip on stdout where it is not given");
    flags->model.addTo(*command, "Folder of a Whisper checkpoint in the hub's format");
    command->add_option("--language", flags->request.language,
                        "What is spoken, as a code (en, de, ja); heard where it is not given");
    command->add_flag("--translate", flags->request.translate, "Write it down in English");
    command->add_option("--track", flags->request.track,
                        "Audio track: its number (from 1) or its language as the file tags it");
    command->add_option("--from", flags->from, "Start of the range: seconds, m:ss or h:mm:ss");
    command->add_option("--to", flags->to, "End of the range");
    command->add_option("--hint", flags->request.hint, "Names and spelling to expect");
    command->add_flag("--condition", flags->request.conditionOnPrevious,
                      "What was said goes into the next window's prompt: names stay the same, "
                      "mistakes, too");
    command->add_flag("--everywhere", flags->request.everywhere,
                      "Listen to silence and steady noise, too");
    command->add_flag("--no-words", flags->noWords, "Leave out the times of words (faster)");
    command->add_flag("--again", flags->hearAnew,
                      "Hear it anew, also where the same was heard before");
    command->add_flag("--quiet", flags->quiet, "No progress and no summary");
    return [flags] { return runTranscribe(*flags); };
}

}  // namespace reelquery
