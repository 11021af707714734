#include "tests/gui/window_fixture.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>
#include <chrono>
#include <thread>

#include "app/gui/conversation/question_box.h"
#include "app/gui/window/file_opener.h"
#include "tests/gui/patience.h"

namespace reelquery {

WindowFixture::WindowFixture(FakeScript script, bool hasModel, const QString& dataFolder,
                             Adjust adjust)
    : folder_(dataFolder.isEmpty() ? temporary_.path() : dataFolder),
      script_(std::move(script)),
      hasModel_(hasModel),
      adjust_(std::move(adjust)) {
    makeWindow();
}

WindowFixture::~WindowFixture() {
    window_.reset();
}

void WindowFixture::makeWindow() {
    WindowSetup setup;
    setup.version = "0.1.0";
    setup.makeSession = [this](EventSink sink, const ServerKey& keyOf) {
        keyOf_ = keyOf;
        auto session = std::make_unique<FakeSession>(std::move(sink), script_);
        fake_ = session.get();
        return session;
    };
    setup.hear = script_.hear;
    const bool hears = bool(script_.hear);
    setup.findModels = [hasModel = hasModel_, hears](const std::vector<ModelRoot>&) {
        if (!hasModel) return std::vector<ModelEntry>();
        std::vector<ModelEntry> found{{.name = "Qwen/Qwen2-VL-2B-Instruct",
                                       .folder = "/models/Qwen2-VL-2B-Instruct",
                                       .family = "qwen2_vl",
                                       .canRun = true,
                                       .bytes = 4'418'000'000,
                                       .complete = true,
                                       .source = "HF_HUB_CACHE",
                                       .format = "bf16"},
                                      {.name = "Qwen/Qwen2-VL-7B-Instruct",
                                       .folder = "/models/Qwen2-VL-7B-Instruct",
                                       .family = "qwen2_vl",
                                       .canRun = true,
                                       .bytes = 9'900'000'000,
                                       .problem = "model-00003-of-00005.safetensors is missing",
                                       .source = "settings"}};
        if (hears) {
            found.push_back({.name = "openai/whisper-base",
                             .folder = "/models/whisper-base",
                             .family = "whisper",
                             .bytes = 290'000'000,
                             .hears = true,
                             .problem = "it makes subtitles from speech and answers nothing",
                             .source = "HF_HUB_CACHE"});
        }
        return found;
    };
    setup.tokenNeeds = [](const ModelEntry& entry) {
        if (!entry.complete) return std::vector<TokenNeed>();
        return std::vector<TokenNeed>{{16 << 10, 6'400'000'000, true},
                                      {32 << 10, 7'900'000'000, true},
                                      {128 << 10, 17'000'000'000, false}};
    };
    setup.hub.known = {{"openai/whisper-base", "Apache-2.0", 290'000'000, true},
                       {"Qwen/Qwen3-VL-2B-Instruct", "Apache-2.0", 4'300'000'000},
                       {"Qwen/Qwen3-VL-8B-Instruct", "Apache-2.0", 17'500'000'000}};
    setup.hub.needs = [](const KnownModel& known) {
        if (known.hears) return std::vector<TokenNeed>();
        return std::vector<TokenNeed>{{32 << 10, known.bytes, known.bytes < 16'000'000'000}};
    };
    setup.hub.ask = [](const std::string& name, const std::string& file, const CancelToken&) {
        return FetchOffer{name,
                          file,
                          "apache-2.0",
                          "huggingface.co",
                          4'300'000'000,
                          4'300'000'000,
                          96'000'000'000,
                          true,
                          "/home/me/.cache/huggingface/hub"};
    };
    setup.hub.fetch = [](const FetchOffer&, const FetchBytes&, const CancelToken&) {
        return std::filesystem::path("/models/fetched");
    };
    setup.door.serve = [](const DoorWish& wish, const DoorEars& ears,
                          const std::function<DoorCourse()>& course) {
        ears.opened({wish.port, "rq-1f0a6c25d3b948e7", "Qwen2-VL-2B-Instruct"});
        ears.called({"OpenAI/Python 3.57.0", true, true});
        ears.asking({"OpenAI/Python 3.57.0"});
        while (course() == DoorCourse::kOpen)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    };
    setup.readLines = [lines = script_.lines](const std::filesystem::path&, const SubtitleSource&,
                                              const CancelToken&) { return lines; };
    setup.findDevices = [] {
        return std::vector<FoundDevice>{
            {"AMD EPYC, 16 threads", DeviceKind::kCpu, 64LL << 30, true, "bfloat16 with AVX-512"},
            {"NVIDIA GPU", DeviceKind::kCuda, 0, false, "no driver was found"}};
    };
    if (adjust_) adjust_(setup);
    window_ = std::make_unique<MainWindow>(setup, folder_);
    window_->show();
    // On a real screen keys go nowhere until the window is the active one.
    window_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    window_->openInitial();
    EVENTUALLY(window_->library().isIdle());
    // The search for models runs on a worker.
    if (hasModel_) EVENTUALLY(!window_->settings().ask().model.folder.empty());
    settle();
}

void WindowFixture::settle() {
    EVENTUALLY((fake_->finish(), !window_->opener().isOpening()));
    QCoreApplication::processEvents();
}

std::optional<Conversation> WindowFixture::kept(const QString& id) {
    window_->keeper().saveNow();
    if (!comesTrue([this] { return window_->keeper().isAllSaved(); })) return {};
    return LibraryFile(folder_ + QStringLiteral("/library.sqlite"))
        .load(id.isEmpty() ? window_->store().conversation().id : id);
}

std::vector<LibraryEntry> WindowFixture::listed(const QString& search) {
    window_->keeper().saveNow();
    if (!comesTrue([this] { return window_->keeper().isAllSaved(); })) return {};
    return LibraryFile(folder_ + QStringLiteral("/library.sqlite")).list(search);
}

void WindowFixture::restart() {
    window_->keeper().saveNow();
    EVENTUALLY(window_->keeper().isAllSaved());
    window_.reset();
    makeWindow();
}

void WindowFixture::openVideo(const QString& path) {
    window_->opener().openPath(path);
    settle();
    EVENTUALLY_EQUAL(window_->video().path(), path);
}

void WindowFixture::ask(const QString& question) {
    auto* box = child<QuestionBox>("questionBox");
    box->setFocus();
    box->setPlainText(question);
    QTest::keyClick(box, Qt::Key_Return);
}

void WindowFixture::finish() {
    EVENTUALLY((fake_->finish(), !window_->runner().isRunning()));
}

const AnswerRecord& WindowFixture::answer(int exchange, int which) {
    return window_->store().at(exchange).answers[std::size_t(which)];
}

QString WindowFixture::lastText(const char* labelName) {
    const auto labels = window_->findChildren<QLabel*>(QLatin1String(labelName));
    return labels.isEmpty() ? QString() : labels.last()->text();
}

void chooseIn(QFileDialog& dialog, const QString& path) {
    dialog.findChild<QLineEdit*>(QStringLiteral("fileNameEdit"))->setText(path);
    const auto* buttons = dialog.findChild<QDialogButtonBox*>();
    for (const auto which : {QDialogButtonBox::Open, QDialogButtonBox::Save}) {
        if (QPushButton* button = buttons->button(which)) QTest::mouseClick(button, Qt::LeftButton);
    }
}

}  // namespace reelquery
