#include "tests/gui/engine_fixture.h"

#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QTest>

#include "app/gui/conversation/question_box.h"
#include "app/gui/window/file_opener.h"
#include "tests/gui/patience.h"

namespace reelquery {

namespace {

constexpr int kEngineMs = 4 * kPatienceMs;  // a whole question on a slow machine

}  // namespace

EngineFixture::EngineFixture(EngineSetup setup) : setup_(std::move(setup)) {
    if (setup_.dataFolder.isEmpty()) setup_.dataFolder = temporary_.path();
    makeWindow();
}

EngineFixture::~EngineFixture() {
    window_.reset();
}

void EngineFixture::makeWindow() {
    WindowSetup setup;
    setup.version = "0.1.0";
    const std::filesystem::path cache = setup_.dataFolder.toStdString() + "/cache";
    setup.makeSession = [cache](EventSink sink, ServerKey keyOf) {
        SessionStorage storage;
        storage.featureFolder = cache / "features";
        storage.measurementsFile = cache / "measurements.json";
        return makeSession(std::move(sink), storage, std::move(keyOf));
    };
    setup.embeddedModel = setup_.model;
    setup.sampleVideo = REELQUERY_SAMPLE_VIDEO;
    if (setup_.adjust) setup_.adjust(setup);
    window_ = std::make_unique<MainWindow>(setup, setup_.dataFolder);
    AskSettings settings = window_->settings().ask();
    settings.model.device = DeviceKind::kCpu;  // a card in the machine changes no test
    settings.sampling.maxVideoTokens = setup_.videoTokens;
    settings.sampling.maxFrames = 768;  // as many as the tokens allow
    settings.comparisonRounds = 1;
    window_->settings().setAsk(settings);
    QObject::connect(&window_->runner(), &QuestionRunner::progressed,
                     [this](const Progress& progress) { phase_ = progress.phase; });
    window_->show();
    // On a real screen keys go nowhere until the window is the active one.
    window_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    window_->openInitial();
    EVENTUALLY(window_->library().isIdle() && !window_->opener().isOpening());
    QCoreApplication::processEvents();
}

void EngineFixture::restart() {
    window_->keeper().saveNow();
    EVENTUALLY(window_->keeper().isAllSaved());
    window_.reset();
    makeWindow();
}

void EngineFixture::dropVideo(const QString& path) {
    dropUrl(QUrl::fromLocalFile(path), path);
}

void EngineFixture::dropUrl(const QUrl& url, const QString& path) {
    QMimeData data;
    data.setUrls({url});
    QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window_.get(), &enter);
    // The same file may be open already.
    bool isOpen = false, isLoaded = false;
    QObject here;
    QObject::connect(&window_->video(), &VideoState::opened, &here, [&] { isOpen = true; });
    QObject::connect(&window_->player(), &MpvPlayer::loaded, &here, [&] { isLoaded = true; });
    QDropEvent drop(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window_.get(), &drop);
    QTRY_VERIFY_WITH_TIMEOUT(isOpen && isLoaded, kEngineMs);
    QCOMPARE(window_->video().path(), path);
}

void EngineFixture::ask(const QString& question, bool isComparison) {
    phase_.reset();
    auto* box = child<QuestionBox>("questionBox");
    box->setFocus();
    box->setPlainText(question);
    QTest::keyClick(box, Qt::Key_Return, isComparison ? Qt::ControlModifier : Qt::NoModifier);
}

bool EngineFixture::waitForPhase(Phase phase) {
    return QTest::qWaitFor([&] { return phase_ && *phase_ >= phase; }, kEngineMs);
}

bool EngineFixture::waitUntilIdle() {
    return QTest::qWaitFor([this] { return !window_->runner().isRunning(); }, kEngineMs);
}

const AnswerRecord& EngineFixture::answer(int exchange, int which) {
    return window_->store().at(exchange).answers[std::size_t(which)];
}

QString EngineFixture::lastText(const char* labelName) {
    const auto labels = window_->findChildren<QLabel*>(QLatin1String(labelName));
    return labels.isEmpty() ? QString() : labels.last()->text();
}

QString sampleVideoPath() {
    return QStringLiteral(REELQUERY_SAMPLE_VIDEO);
}

}  // namespace reelquery
