// Several processes on one library, and their sudden ends; a second start of the program.

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>
#include <QTest>
#include <QTextStream>
#include <QTimer>
#include <set>

#include "app/gui/library/library_file.h"
#include "app/gui/window_setup.h"
#include "tests/gui/patience.h"
#include "tests/gui/random_user.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"
#include "tests/support/fake_session.h"

namespace reelquery {

namespace {

const auto kShared = QStringLiteral("shared");

Exchange exchangeOf(const QString& question) {
    Exchange exchange{question, {}, {}};
    exchange.answers.emplace_back();
    exchange.answers.back().status = AnswerStatus::kDone;
    exchange.answers.back().text = QStringLiteral("An answer of some length. ").repeated(20);
    return exchange;
}

ConversationChange lastOf(const Conversation& conversation) {
    ConversationChange change = wholeOf(conversation);
    while (change.exchanges.size() > 1) change.exchanges.erase(change.exchanges.begin());
    return change;
}

void say(const QString& line) {
    QTextStream(stdout) << line << Qt::endl;
}

/// Adds questions to the conversation that all share, going on in a copy where another process was
/// quicker, then taking the shared one up again. Says each that was saved. count: -1 without end.
int addQuestions(const QString& file, const QString& name, int count) {
    LibraryFile library(file);
    say(QStringLiteral("ready"));
    QTextStream(stdin).readLine();
    for (int number = 0; count < 0 || number < count; ++number) {
        auto conversation = library.load(kShared).value_or(Conversation());
        if (conversation.id.isEmpty()) conversation.id = kShared;
        const QString question = QStringLiteral("%1-%2").arg(name).arg(number);
        conversation.exchanges.push_back(exchangeOf(question));
        // As a person does; without a pause a process may have the file for itself for all of its
        // turn on a busy processor.
        if (count > 0) QTest::qSleep(1 + number % 2);
        // As the window does: what fails is tried again, what is refused goes on in a copy.
        SaveResult result = library.save(lastOf(conversation));
        while (result.outcome != SaveOutcome::kSaved) {
            if (result.outcome == SaveOutcome::kConflict) {
                conversation.id = QStringLiteral("copy-") + question;
                conversation.revision = 0;
            } else if (result.outcome == SaveOutcome::kMissing) {
                conversation.revision = 0;
            }
            result = library.save(wholeOf(conversation));
        }
        say(QStringLiteral("saved ") + question);
    }
    return 0;
}

/// Asks one question after the other in a window, with a scripted engine; says each that the window
/// takes for saved.
int askWithoutEnd(const QString& folder, const QString& name) {
    WindowFixture fixture({}, true, folder);
    say(QStringLiteral("ready"));
    QTextStream(stdin).readLine();
    fixture.openVideo(QStringLiteral("/videos/%1.mp4").arg(name));
    for (int number = 0;; ++number) {
        const QString question = QStringLiteral("%1-%2").arg(name).arg(number);
        fixture.ask(question);
        fixture.finish();
        if (!comesTrue([&] { return fixture.window().keeper().isAllSaved(); })) return 1;
        say(QStringLiteral("saved ") + question);
        if (number % 3 == 2) fixture.window().store().startNew(fixture.window().video().path());
    }
}

/// Does whatever a hurried person does in a window; says each question that the window takes for
/// saved with its answer.
int useWithoutEnd(const QString& folder, const QString& name) {
    const QDir films(folder + QStringLiteral("/films"));
    QStringList videos;
    for (const char* film : {"ant.mp4", "bee.mp4", "cat.mp4"}) {
        QFile file(films.filePath(QLatin1String(film)));
        if (!QDir().mkpath(films.path()) || !file.open(QIODevice::WriteOnly)) return 1;
        file.write(film);
        videos.append(file.fileName());
    }
    FakeScript script;
    script.frames = 8;
    WindowFixture fixture(script, true, folder);
    say(QStringLiteral("ready"));
    QTextStream(stdin).readLine();
    RandomUser user({fixture.window(), [&](int events) { fixture.fake().advance(events); },
                     [&] { fixture.settle(); }},
                    videos, QRandomGenerator::global()->generate(), name.toInt() * 100'000);
    std::set<QString> said;
    const ConversationStore& store = fixture.window().store();
    for (;;) {
        user.act();
        user.forget();
        if (!fixture.window().keeper().isAllSaved()) continue;
        std::vector<QString> ids = store.heldIds();
        ids.push_back(store.conversation().id);
        for (const QString& id : ids) {
            for (const Exchange& exchange : allOf(*store.find(id))) {
                const bool isOver = exchange.answers.front().status == AnswerStatus::kDone;
                if (isOver && said.insert(exchange.question).second)
                    say(QStringLiteral("saved ") + exchange.question);
            }
        }
    }
}

/// The program as people start it, with a scripted engine that plays by itself; it says what it
/// opens.
int runProgram(int argc, char** argv, const QString& folder, const QStringList& paths) {
    WindowSetup setup;
    setup.version = "0.1.0";
    setup.dataFolder = folder.toStdString();
    for (const QString& path : paths) setup.paths.emplace_back(path.toStdString());
    setup.makeSession = [](EventSink sink, const ServerKey&) {
        const auto told = [sink = std::move(sink)](const Event& event) {
            if (const auto* opened = std::get_if<VideoOpened>(&event))
                say(QStringLiteral("opened ") +
                    QString::fromStdString(opened->video.path.string()));
            sink(event);
        };
        auto session = std::make_unique<FakeSession>(told, FakeScript());
        auto* clock = new QTimer(qApp);
        QObject::connect(clock, &QTimer::timeout, clock,
                         [fake = session.get()] { fake->finish(); });
        clock->start(5);
        QObject::connect(qApp, &QCoreApplication::aboutToQuit, clock, &QTimer::stop);
        say(QStringLiteral("started"));
        return session;
    };
    return runWindow(argc, argv, setup);
}

/// Those with an answer, in the bin and in other versions, too.
std::set<QString> questionsIn(const QString& file) {
    LibraryFile library(file);
    std::set<QString> questions;
    for (const bool inBin : {false, true}) {
        for (const LibraryEntry& entry : library.list({}, inBin)) {
            for (const Exchange& exchange : allOf(*library.load(entry.id))) {
                if (exchange.answers.front().status == AnswerStatus::kDone)
                    questions.insert(exchange.question);
            }
        }
    }
    return questions;
}

}  // namespace

class LibraryProcessesTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    static void start(QProcess& child, const QStringList& arguments) {
        child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        child.start(QCoreApplication::applicationFilePath(), arguments);
        QVERIFY(child.waitForStarted());
    }

    static QStringList savedBy(QProcess& child) {
        QStringList saved;
        for (const QByteArray& line : child.readAllStandardOutput().split('\n')) {
            if (line.startsWith("saved ")) saved.append(QString::fromUtf8(line.mid(6)));
        }
        return saved;
    }

  private Q_SLOTS:

    void twoProcessesNeverOverwriteEachOther() {
        const QString file = folder_.filePath(QStringLiteral("two.sqlite"));
        LibraryFile(file).open();
        QProcess one, two;
        start(one, {QStringLiteral("--add"), file, QStringLiteral("one"), QStringLiteral("500")});
        start(two, {QStringLiteral("--add"), file, QStringLiteral("two"), QStringLiteral("500")});
        for (QProcess* each : {&one, &two}) QVERIFY(each->waitForReadyRead(int(kPatienceMs)));
        for (QProcess* each : {&one, &two}) {
            each->write("go\n");
            QVERIFY(each->waitForBytesWritten(int(kPatienceMs)));
        }
        QVERIFY(one.waitForFinished(4 * kPatienceMs) && two.waitForFinished(4 * kPatienceMs));
        const QStringList saved = savedBy(one) + savedBy(two);
        QCOMPARE(saved.size(), 1000);
        const std::set<QString> kept = questionsIn(file);
        for (const QString& question : saved) QVERIFY2(kept.count(question), qPrintable(question));
        const auto conversations = LibraryFile(file).list().size();
        qInfo("1,000 saves; %d times another was quicker", int(conversations) - 1);
        QVERIFY(conversations > 1);  // or they did not meet
    }

    void aKillAtAnyPointLosesNothingThatWasSaved_data() {
        QTest::addColumn<QString>("role");
        QTest::addColumn<int>("kills");
        QTest::addColumn<int>("withinMs");
        QTest::newRow("the file") << QStringLiteral("--add") << 15 << 60;
        QTest::newRow("the window") << QStringLiteral("--ask") << 2 << 1500;
        // By hand only: it takes hundreds of starts to find anything.
        if (qEnvironmentVariableIsSet("REELQUERY_TEST_KILLS"))
            QTest::newRow("a hurried person's window") << QStringLiteral("--use") << 2 << 1500;
    }

    /// REELQUERY_TEST_KILLS: how many of each.
    void aKillAtAnyPointLosesNothingThatWasSaved() {
        QFETCH(QString, role);
        QFETCH(int, kills);
        QFETCH(int, withinMs);
        const QString data = folder_.filePath(QStringLiteral("killed") + role);
        QVERIFY(QDir().mkpath(data));
        const QString file = data + QStringLiteral("/library.sqlite");
        const int wanted = qEnvironmentVariableIntValue("REELQUERY_TEST_KILLS");
        std::set<QString> saved;
        for (int kill = 0; kill < (wanted > 0 ? wanted : kills); ++kill) {
            QProcess child;
            start(child, {role, role == QLatin1String("--add") ? file : data, QString::number(kill),
                          QStringLiteral("-1")});
            QVERIFY(child.waitForReadyRead(int(kPatienceMs)));
            child.write("go\n");
            QVERIFY(child.waitForReadyRead(int(kPatienceMs)));
            QTest::qSleep(1 + int(QRandomGenerator::global()->bounded(withinMs)));
            child.kill();
            QVERIFY(child.waitForFinished());
            for (const QString& question : savedBy(child)) saved.insert(question);
        }
        LibraryFile library(file);
        QVERIFY(library.open().problem.isEmpty());
        QCOMPARE(library.open().setAside, QStringList());
        const std::set<QString> kept = questionsIn(file);
        for (const QString& question : saved) QVERIFY2(kept.count(question), qPrintable(question));
        qInfo("%d questions were said to be saved", int(saved.size()));
        QVERIFY(!saved.empty());
    }

    void aSecondStartHandsItsFilesOver() {
        const QString data = folder_.filePath(QStringLiteral("data"));
        const QString video = folder_.filePath(QStringLiteral("second.mp4"));
        QProcess first, second;
        start(first, {QStringLiteral("--program"), data});
        QVERIFY(first.waitForReadyRead(int(kPatienceMs)));
        QTest::qWait(300);  // it has its window
        QCOMPARE(first.readAllStandardOutput().trimmed(), QByteArray("started"));
        start(second, {QStringLiteral("--program"), data, video});
        QVERIFY(second.waitForFinished(int(kPatienceMs)));
        QCOMPARE(second.exitCode(), 0);
        QCOMPARE(second.readAllStandardOutput(), QByteArray());  // it made no engine
        QVERIFY(first.waitForReadyRead(int(kPatienceMs)));
        QCOMPARE(first.readAllStandardOutput().trimmed(), "opened " + video.toUtf8());
        // What a killed program leaves behind does not keep the next one from starting.
        first.kill();
        QVERIFY(first.waitForFinished());
        QProcess third;
        start(third, {QStringLiteral("--program"), data});
        QVERIFY(third.waitForReadyRead(int(kPatienceMs)));
        QVERIFY(third.readAllStandardOutput().startsWith("started"));
        third.kill();
        QVERIFY(third.waitForFinished());
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    const QByteArray role = argc > 1 ? argv[1] : "";
    if (role == "--program") {
        QStringList paths;
        for (int at = 3; at < argc; ++at) paths.append(QString::fromUtf8(argv[at]));
        return reelquery::runProgram(argc, argv, QString::fromUtf8(argv[2]), paths);
    }
    reelquery::TestApplication application(argc, argv);
    if (role == "--ask")
        return reelquery::askWithoutEnd(QString::fromUtf8(argv[2]), QString::fromUtf8(argv[3]));
    if (role == "--use")
        return reelquery::useWithoutEnd(QString::fromUtf8(argv[2]), QString::fromUtf8(argv[3]));
    if (role == "--add") {
        return reelquery::addQuestions(QString::fromUtf8(argv[2]), QString::fromUtf8(argv[3]),
                                       QByteArray(argv[4]).toInt());
    }
    reelquery::LibraryProcessesTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "library_processes_test.moc"
