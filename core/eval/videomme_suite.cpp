#include "core/eval/public_suites.h"
#include "core/eval/suite_files.h"

namespace reelquery {

namespace {

// The wording for frames without subtitles.
constexpr const char* kIntroduction =
    "Select the best answer to the following multiple-choice question based on the video. Respond "
    "with only the letter (A, B, C, or D) of the correct option.\n";
constexpr const char* kEnding = "\nThe best answer is:";

/// "https://www.youtube.com/watch?v=abc" -> "abc".
std::string idOfUrl(const std::string& url) {
    const std::size_t at = url.find("v=");
    if (at == std::string::npos) return "";
    return url.substr(at + 2, url.find('&', at) - at - 2);
}

std::string videoName(const Annotation& video) {
    const std::string id = video.textOr("videoID");
    if (!id.empty()) return id;
    const std::string fromUrl = idOfUrl(video.textOr("url"));
    return fromUrl.empty() ? video.text("video_id") : fromUrl;
}

/// `entry` asks about `video`; in the exported layout both are the same object.
EvalQuestion videoMmeQuestion(const Annotation& entry, const Annotation& video,
                              const std::filesystem::path& folder) {
    // The choices carry their letters already: "A. Apples."
    const std::vector<std::string> options =
        entry.texts(entry.json.contains("choices") ? "choices" : "options");
    EvalQuestion question;
    question.id = entry.textOr("question_id");
    if (question.id.empty()) question.id = entry.where;
    question.video = findVideo(folder, {"data", "videos", "video", ""}, videoName(video),
                               {".mp4", ".MP4", ".mkv"});
    question.task = entry.text("task_type");
    question.length = video.text("duration");
    question.variant = video.textOr("domain");
    question.question = kIntroduction + entry.text("question");
    for (const std::string& option : options) question.question += "\n" + option;
    question.question += kEnding;
    question.truth = entry.text("answer");
    question.options = static_cast<int>(options.size());
    return question;
}

}  // namespace

EvalSuite readVideoMme(const std::filesystem::path& folder) {
    EvalSuite suite;
    suite.name = "Video-MME";
    suite.rule = ScoringRule::kVideoMme;
    suite.maxNewTokens = 16;
    for (const auto& file : annotationFiles(folder, "videomme.json (exported from its parquet)")) {
        for (const Annotation& entry : readAnnotations(file)) {
            const auto questions = entry.json.find("questions");
            if (questions == entry.json.end()) {
                suite.questions.push_back(videoMmeQuestion(entry, entry, folder));
                continue;
            }
            for (std::size_t i = 0; i < questions->size(); ++i) {
                const Annotation one{(*questions)[i],
                                     entry.where + ".questions[" + std::to_string(i) + "]"};
                suite.questions.push_back(videoMmeQuestion(one, entry, folder));
            }
        }
    }
    return suite;
}

}  // namespace reelquery
