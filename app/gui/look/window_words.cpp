#include "app/gui/look/window_words.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QVector>

namespace reelquery {

namespace {

/// What is said instead; "%p" in it is the page, as the settings call it.
struct Wording {
    QRegularExpression flags;
    QString words;
    const char* page = nullptr;
};

QVector<Wording> wordings() {
    QVector<Wording> all;
    const auto say = [&](const char* flags, const char* words, const char* page = nullptr) {
        all.append({QRegularExpression(QLatin1String(flags)), QLatin1String(words), page});
    };
    // Whole phrases first: their flags have no place of their own in the window.
    say("name the model's own mmproj file with --mmproj",
        "put the model's own mmproj file beside it");
    say("fetch the model's mmproj file too, or name it with --mmproj",
        "fetch the model's mmproj file too, into the same folder");
    say("name the language model's file with --model and this one with --mmproj",
        "choose the language model's file (%p)", "Models");
    say("`reelquery models` lists", "%p lists", "Models");
    say("'reelquery gpu setup' fetches", "%p fetches", "Devices");
    say("give the folder of a Whisper checkpoint: --subtitles speech=FOLDER \\(hf download "
        "(\\S+)\\)",
        "fetch \\1 (%p)", "Models");
    say("; --anyway fetches it all the same", "");
    say("choose one with --file: ", "it has ");
    say("give --key", "set HOME to your folder");
    say("set REELQUERY_API_KEY to the server's key", "give the server's key (%p)", "Server");
    say("use --device cpu or leave --device out", "choose another device (%p)", "Devices");
    say(", or leave --max-memory out", "");
    say("slower: --device cpu ", "slower: %p ", "Devices");
    say("take a part of it with --from and --to", "take a part of it");
    say("--from must lie before --to", "the range must begin before it ends");
    say("--threshold sets one for all heads", "%p sets one threshold for all heads", "Attention");
    // What stands in brackets only names the flags for what was said before them.
    say(" \\((?:--[a-z][a-z-]*(?:, )?)+\\)", "");
    say("--attention dense", "dense attention (%p)", "Attention");
    say("--attention xattention", "sparse attention (%p)", "Attention");
    say("add --device cpu", "choose the processor (%p)", "Devices");
    say("--device cpu", "the processor (%p)", "Devices");
    say("--dtype (\\w+)", "\\1 (%p)", "Devices");
    say("--max-video-tokens (\\d+)", "a budget of \\1 (%p)", "Frames");
    say("--weights (\\w+)", "weights in \\1 (%p)", "Devices");
    return all;
}

QString pageWords(const char* page) {
    return QCoreApplication::translate("WindowWords", "Settings > %1")
        .arg(QCoreApplication::translate("reelquery::MainWindow", page));
}

}  // namespace

QString windowWords(const QString& engineWords) {
    static const QVector<Wording> all = wordings();
    QString words = engineWords;
    for (const Wording& one : all) {
        QString instead = one.words;
        if (one.page) instead.replace(QStringLiteral("%p"), pageWords(one.page));
        words.replace(one.flags, instead);
    }
    return words;
}

}  // namespace reelquery
