#include "tests/unit/eval/scripted_answers.h"

#include <fstream>
#include <memory>
#include <utility>

namespace reelquery {

namespace {

class Answering : public Session {
  public:
    Answering(ScriptedSession& scripted, EventSink sink)
        : scripted_(scripted), sink_(std::move(sink)) {}

    RequestId openVideo(std::filesystem::path, int) override { return 0; }

    RequestId plan(AskRequest) override { return 0; }

    RequestId loadModel(ModelChoice) override { return 0; }

    RequestId watch(AskRequest) override { return 0; }

    RequestId ask(AskRequest request) override {
        Event end = scripted_.script(request);
        scripted_.asked.push_back(std::move(request));
        sink_(Progress{++last_, Phase::kPrefill, 1, 1});
        std::visit([this](auto& one) { one.request = last_; }, end);
        sink_(end);
        return last_;
    }

    RequestId compare(CompareRequest request) override { return ask(std::move(request.ask)); }

    void cancel(RequestId) override {}

  private:
    ScriptedSession& scripted_;
    EventSink sink_;
    RequestId last_ = 0;
};

}  // namespace

SessionFactory ScriptedSession::factory() {
    return [this](EventSink sink) { return std::make_unique<Answering>(*this, std::move(sink)); };
}

AnswerReport answerOf(const std::string& text, const AskRequest& request) {
    const bool isDense = request.attention.kind == AttentionKind::kDense;
    AnswerReport report;
    report.answer = text;
    report.frameTimesS = {0, 1, 2, 3};
    report.videoTokens = 1000;
    report.promptTokens = 1100;
    report.density = isDense ? 1 : 0.25;
    report.firstTokenS = isDense ? 4 : 2;
    return report;
}

std::filesystem::path emptyTestFolder(const std::string& name) {
    const std::filesystem::path folder = std::filesystem::path(REELQUERY_TEST_DIR) / name;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return folder;
}

void writeFile(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

EvalRequest smallRun(const std::filesystem::path& folder, int videos,
                     const std::vector<std::string>& modes) {
    EvalRequest request;
    request.suite.name = "small";
    for (int i = 0; i < videos; ++i) {
        const std::string name = "v" + std::to_string(i);
        writeFile(folder / (name + ".mp4"), "");
        const auto add = [&](const std::string& task, const std::string& truth) {
            EvalQuestion question;
            question.id = name + "-" + task;
            question.video = folder / (name + ".mp4");
            question.task = task;
            question.length = i % 2 == 0 ? "60 s" : "600 s";
            question.question = task + "?";
            question.truth = truth;
            question.interval = TimeRange{65, 67};
            request.suite.questions.push_back(question);
        };
        add("colour", "The circle is red.");
        add("when", "The circle appears at 1:05.");
        add("letter", "B");
    }
    for (const std::string& mode : modes) {
        AttentionOptions attention;
        if (mode != "dense") attention.kind = AttentionKind::kSparse;
        request.modes.push_back({mode, attention});
    }
    request.log = folder / "answers.jsonl";
    return request;
}

}  // namespace reelquery
