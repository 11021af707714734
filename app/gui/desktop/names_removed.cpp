#include "app/gui/desktop/names_removed.h"

#include <QFileInfo>
#include <QRegularExpression>
#include <algorithm>

namespace reelquery {

namespace {

constexpr qsizetype kShortestName = 3;  // a shorter one is part of many words

const QString kGone = QStringLiteral("\u2026");

}  // namespace

QString withoutNames(QString text, QStringList names) {
    const QStringList given = names;
    for (const QString& name : given) names.append(QFileInfo(name).fileName());
    // A path before the name it ends with.
    std::sort(names.begin(), names.end(),
              [](const QString& a, const QString& b) { return a.size() > b.size(); });
    for (const QString& name : names)
        if (name.size() >= kShortestName) text.replace(name, kGone);
    static const QRegularExpression kQuoted(
        QStringLiteral("\u201c[^\u201d\n]*\u201d|\u201e[^\u201c\n]*\u201c|\"[^\"\n]*\""));
    // Names have spaces, so a path goes up to what ends it in a sentence.
    static const QRegularExpression kPath(
        QStringLiteral("(?<![\\w.)/])~?/(?=\\S)[^:;,()\"\u201c\u201d\u2026\n]*"));
    static const QRegularExpression kFile(
        QStringLiteral(
            "[^:;,()/\"\u2026\n]*\\.(mp4|m4v|mkv|webm|mov|avi|mpe?g|ts|m2ts|wmv|flv|og[vgm]"
            "|3gp|mxf|gif|jpe?g|png|srt|vtt|ass|gguf|safetensors)\\b"),
        QRegularExpression::CaseInsensitiveOption);
    return text.replace(kQuoted, kGone).replace(kPath, kGone).replace(kFile, kGone);
}

}  // namespace reelquery
