// Models fetched from the models page: a scripted hub, everything else is real.

#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <mutex>
#include <thread>

#include "app/gui/models/model_scanner.h"
#include "app/gui/models/models_page.h"
#include "app/gui/state/settings_model.h"
#include "core/base/error.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

constexpr std::int64_t kGB = 1'000'000'000;

/// What was asked of a hub that answers at once, and fetches until it is let go or stopped.
struct ScriptedHub {
    std::mutex mutex;
    std::vector<std::string> asked;    // "NAME" or "NAME:FILE"
    std::vector<std::string> fetched;  // names
    std::string failure;               // of the next question
    bool isLetGo = false;
    FetchOffer offer;

    void letGo() {
        const std::lock_guard lock(mutex);
        isLetGo = true;
    }

    ModelHub hub() {
        ModelHub hub;
        hub.known = {{"Qwen/Qwen3-VL-2B-Instruct", "Apache-2.0", 43 * kGB / 10},
                     {"openai/whisper-base", "Apache-2.0", 3 * kGB / 10, true}};
        hub.needs = [](const KnownModel& known) {
            if (known.hears) return std::vector<TokenNeed>();
            return std::vector<TokenNeed>{
                {16 << 10, 6 * kGB, true}, {32 << 10, 7 * kGB, true}, {128 << 10, 17 * kGB, false}};
        };
        hub.ask = [this](const std::string& name, const std::string& file, const CancelToken&) {
            const std::lock_guard lock(mutex);
            asked.push_back(file.empty() ? name : name + ":" + file);
            if (!failure.empty()) throw Error(ErrorCode::kModel, failure, "ask for another");
            FetchOffer told = offer;
            told.name = name;
            told.file = file;
            return told;
        };
        hub.fetch = [this](const FetchOffer& wanted, const FetchBytes& progress,
                           const CancelToken& cancel) {
            progress(kGB, 4 * kGB);
            for (;; std::this_thread::sleep_for(std::chrono::milliseconds(2))) {
                throwIfCancelled(cancel);
                const std::lock_guard lock(mutex);
                if (!isLetGo) continue;
                fetched.push_back(wanted.name);
                return std::filesystem::path("/hub/" + wanted.name);
            }
        };
        return hub;
    }
};

FetchOffer fourOfTen() {
    FetchOffer offer;
    offer.licence = "apache-2.0";
    offer.host = "hub.example";
    offer.bytes = offer.missingBytes = 4 * kGB;
    offer.freeBytes = 10 * kGB;
    offer.cache = "/hub";
    return offer;
}

}  // namespace

class DownloadsTest : public QObject {
    Q_OBJECT

    /// The page over a hub, shown.
    struct Page {
        explicit Page(const ModelHub& hub)
            : settings(folder.filePath(QStringLiteral("settings.ini"))),
              scanner({}, {}, {}),
              page(scanner, settings, hub) {
            page.show();
        }

        template <class Child>
        Child* child(const char* name) {
            return page.findChild<Child*>(QLatin1String(name));
        }

        void press(const char* name) {
            auto* button = child<QPushButton>(name);
            QVERIFY(button && button->isVisible() && button->isEnabled());
            QTest::mouseClick(button, Qt::LeftButton);
        }

        bool says(const QString& text) {
            const auto labels = page.findChildren<QLabel*>();
            return std::any_of(labels.begin(), labels.end(),
                               [&](const QLabel* label) { return label->text() == text; });
        }

        QString state() { return child<QLabel>("fetchState")->text(); }

        QTemporaryDir folder;
        SettingsModel settings;
        ModelScanner scanner;
        ModelsPage page;
    };

  private Q_SLOTS:

    void theHubIsAskedByButtonsOnly() {
        ScriptedHub script;
        script.offer = fourOfTen();
        Page page(script.hub());
        // Looking at the page asks this machine, not the hub.
        EVENTUALLY(page.says(
            QStringLiteral("4.0 GiB · Apache-2.0 · fits this machine up to 32K video tokens")));
        QVERIFY(page.says(QStringLiteral("286.1 MiB · Apache-2.0 · makes subtitles from speech")));
        QVERIFY(script.asked.empty());
        page.press("fetch:Qwen/Qwen3-VL-2B-Instruct");
        EVENTUALLY(page.child<QPushButton>("fetchGo")->isVisible());
        QCOMPARE(script.asked, std::vector<std::string>{"Qwen/Qwen3-VL-2B-Instruct"});
        for (const char* fact :
             {"3.7 GiB to fetch from hub.example", "licence: apache-2.0", "9.3 GiB free in /hub"})
            QVERIFY2(page.state().contains(QLatin1String(fact)), qPrintable(page.state()));
        QVERIFY(script.fetched.empty());
    }

    void whatCameIsFoundWithoutAskingAgain() {
        ScriptedHub script;
        script.offer = fourOfTen();
        Page page(script.hub());
        QSignalSpy scans(&page.page, &ModelsPage::scanRequested);
        page.press("fetch:Qwen/Qwen3-VL-2B-Instruct");
        EVENTUALLY(page.child<QPushButton>("fetchGo")->isVisible());
        page.press("fetchGo");
        EVENTUALLY(page.state().contains(QLatin1String("953.7 MiB of 3.7 GiB")));
        QCOMPARE(page.child<QProgressBar>("fetchBar")->value(), 250);
        QVERIFY(!page.child<QPushButton>("fetch:openai/whisper-base")->isEnabled());
        QVERIFY(scans.isEmpty());
        script.letGo();
        EVENTUALLY_EQUAL(scans.count(), 1);
        QCOMPARE(page.state(), QStringLiteral("Qwen/Qwen3-VL-2B-Instruct is here and verified."));
        QVERIFY(page.child<QPushButton>("fetch:openai/whisper-base")->isEnabled());
        QVERIFY(!page.child<QProgressBar>("fetchBar")->isVisible());
    }

    void aStopIsHeardAndSaysThatItGoesOn() {
        ScriptedHub script;
        script.offer = fourOfTen();
        Page page(script.hub());
        page.press("fetch:openai/whisper-base");
        EVENTUALLY(page.child<QPushButton>("fetchGo")->isVisible());
        page.press("fetchGo");
        EVENTUALLY(page.state().contains(QLatin1String(" of 3.7 GiB")));
        page.press("fetchStop");
        EVENTUALLY(page.state().startsWith(QLatin1String("Stopped.")));
        QVERIFY(script.fetched.empty());
        QVERIFY(page.child<QPushButton>("fetch:openai/whisper-base")->isEnabled());
    }

    void anotherModelIsNamedWithItsFile() {
        ScriptedHub script;
        script.offer = fourOfTen();
        script.failure = "there is no model Somebody/Nothing";
        Page page(script.hub());
        auto* other = page.child<QLineEdit>("otherModel");
        other->setText(QStringLiteral(" Somebody/Nothing "));
        page.press("fetchOther");
        EVENTUALLY_EQUAL(page.state(), QStringLiteral("There is no model Somebody/Nothing\n"
                                                      "Ask for another"));
        QVERIFY(!page.child<QPushButton>("fetchGo")->isVisible());
        script.failure.clear();
        other->setText(QStringLiteral("Somebody/Some-GGUF:some-Q4_K_M.gguf"));
        QTest::keyClick(other, Qt::Key_Return);
        EVENTUALLY(page.child<QPushButton>("fetchGo")->isVisible());
        QCOMPARE(script.asked.back(), std::string("Somebody/Some-GGUF:some-Q4_K_M.gguf"));
        other->clear();
        page.press("fetchOther");
        QCOMPARE(script.asked.size(), std::size_t(2));
    }

    void aDiskWithoutRoomIsSaidBefore() {
        ScriptedHub script;
        script.offer = fourOfTen();
        script.offer.freeBytes = kGB;
        script.offer.fitsOnDisk = false;
        Page page(script.hub());
        page.press("fetch:Qwen/Qwen3-VL-2B-Instruct");
        EVENTUALLY(page.state().contains(QLatin1String("too little room")));
        QVERIFY(!page.child<QPushButton>("fetchGo")->isEnabled());
    }

    void closingThePageEndsTheFetch() {
        ScriptedHub script;
        script.offer = fourOfTen();
        {
            Page page(script.hub());
            page.press("fetch:Qwen/Qwen3-VL-2B-Instruct");
            EVENTUALLY(page.child<QPushButton>("fetchGo")->isVisible());
            page.press("fetchGo");
            EVENTUALLY(page.state().contains(QLatin1String(" of 3.7 GiB")));
        }
        QVERIFY(script.fetched.empty());
    }

    void withoutAHubNothingIsOffered() {
        Page page({});
        QVERIFY(
            page.says(QStringLiteral("This build fetches no models. Put one in a folder and add "
                                     "it above.")));
        QVERIFY(!page.child<QPushButton>("fetchOther"));
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::DownloadsTest>(argc, argv);
}

#include "downloads_test.moc"
