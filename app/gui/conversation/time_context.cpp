#include "app/gui/conversation/time_context.h"

#include <QRegularExpression>
#include <QStringList>
#include <initializer_list>

namespace reelquery {

namespace {

using Pattern = QRegularExpression;

Pattern pattern(const QString& text) {
    return Pattern(text, Pattern::CaseInsensitiveOption | Pattern::UseUnicodePropertiesOption);
}

Pattern pattern(const char* text) {
    return pattern(QString::fromUtf8(text));
}

/// Any of these words or word patterns.
QString anyOf(std::initializer_list<const char*> words) {
    QStringList list;
    for (const char* word : words) list.append(QString::fromUtf8(word));
    return QStringLiteral("(?:%1)").arg(list.join(QLatin1Char('|')));
}

/// A text that ends in one of these words; characters of Chinese need no gap in front.
Pattern endsIn(std::initializer_list<const char*> words,
               std::initializer_list<const char*> characters = {"(?!)"}) {
    return pattern(
        QStringLiteral(R"((?:(?<![\p{L}\d])%1|%2)\s*$)").arg(anyOf(words), anyOf(characters)));
}

/// A text that begins with one of these words, a hyphen or spaces in front.
Pattern beginsWith(std::initializer_list<const char*> words,
                   std::initializer_list<const char*> characters = {"(?!)"}) {
    return pattern(
        QStringLiteral(R"(^[\s-]*(?:%1(?![\p{L}\d])|%2))").arg(anyOf(words), anyOf(characters)));
}

bool matches(const Pattern& pattern, const QString& text) {
    return pattern.match(text).hasMatch();
}

/// Cuts off the end what says neither moment nor length: "at about the" -> "at".
QString withoutApproximation(QString before) {
    static const Pattern vague =
        endsIn({"about",  "around", "approximately", "approx\\.?", "roughly", "exactly",
                "nearly", "almost", "just",          "circa",      "zirka",   "ca\\.?",
                "the",    "etwa",   "ungefähr",      "rund",       "knapp",   "genau",
                "exakt",  "den",    "der",           "dem",        "die"},
               {"[~≈±*_]", "大?[约約]", "大概", "差不多"});
    while (true) {
        const QRegularExpressionMatch match = vague.match(before);
        if (!match.hasMatch()) return before;
        before = before.left(match.capturedStart()).trimmed();
    }
}

/// Words in front that make a length even of a clock: "for 1:05".
Pattern lengthOfAnything() {
    return endsIn(
        {"for",
         "lasts?",
         "lasted",
         "lasting",
         "takes?",
         "took",
         "taking",
         "waits?",
         "waited",
         "waiting",
         "pauses?",
         "paused",
         "durations?",
         "lengths?",
         "spends?",
         "spent",
         "total",
         "runs?",
         "than",
         "another",
         "additional",
         "for\\s+a",
         "(?:durations?|lengths?|periods?|pauses?|breaks?|clips?|videos?|total|"
         "intervals?|gaps?|delays?)\\s+of",
         "für",
         "dauert",
         "dauerte",
         "dauern",
         "dauer",
         "länge",
         "wartet",
         "wartete",
         "mindestens",
         "höchstens",
         "maximal",
         "(?:dauer|länge|pause|zeitraum|clip|video|film)\\s+von"},
        {"(?:持[续續]|[长長][达達]|[时時][长長]|等待?|停[留顿頓]?|[历歷][时時]|[为為][时時]|需要)"
         "(?:[时時][间間])?(?:了|[为為]|有)?"});
}

/// Words in front that make a length of a number with a unit: "the first 5 seconds".
Pattern lengthOfUnits() {
    return endsIn({"within",
                   "every",
                   "least",
                   "most",
                   "further",
                   "first",
                   "last",
                   "next",
                   "remaining",
                   "over",
                   "during",
                   "up\\s+to",
                   "per",
                   "each",
                   "holds?",
                   "während",
                   "innerhalb(?:\\s+von)?",
                   "binnen",
                   "alle",
                   "jede",
                   "weiteren?",
                   "ersten",
                   "letzten",
                   "nächsten",
                   "seit",
                   "vor",
                   "bis\\s+zu"},
                  {"(?:每隔?|共|前|[后後]|[过過]|用|花|超[过過]|至少|最多|[间間]隔)了?"});
}

/// Words in front that make a length of what follows.
bool saysLengthBefore(const QString& before, TimeForm form) {
    static const Pattern anything = lengthOfAnything();
    static const Pattern units = lengthOfUnits();
    static const Pattern filler = pattern(
        R"((?<![\p{L}\d])(?:is|was|ist|war|beträgt|betrug|between|from|zwischen|von|at|bei)\s*$|[:=：]\s*$)");
    QString rest = before;
    for (int skipped = 0; skipped < 3; ++skipped) {
        if (matches(anything, rest)) return true;
        if (form != TimeForm::kClock && matches(units, rest)) return true;
        const QRegularExpressionMatch match = filler.match(rest);
        if (!match.hasMatch()) return false;
        rest = withoutApproximation(rest.left(match.capturedStart()).trimmed());
    }
    return false;
}

/// Words behind that make a length of what stands before them.
bool saysLengthAfter(const QString& after, TimeForm form) {
    static const Pattern anything =
        beginsWith({"long", "longer", "later", "sooner", "in\\s+(?:length|duration|total)", "lang",
                    "lange", "länger", "später"});
    static const Pattern units = beginsWith(
        {"ago",     "apart",  "each",    "per",        "earlier", "more",    "worth",  "pauses?",
         "breaks?", "clips?", "delays?", "intervals?", "silence", "after",   "before", "zuvor",
         "davor",   "danach", "vorher",  "früher",     "pro",     "nachdem", "bevor"},
        {"[钟鐘]?\\s*(?:[内內长長后後间間]|[之以][内內后後上]|的(?!时候|時候|时刻|位置|画面|地方)"
         ")"});
    return matches(anything, after) || (form != TimeForm::kClock && matches(units, after));
}

/// Words in front that name a moment. `isRange`: two numbers follow.
bool saysMomentBefore(const QString& before, bool isRange) {
    static const Pattern moment = endsIn(
        {"at",
         "from",
         "until",
         "till",
         "between",
         "after",
         "near",
         "past",
         "starting",
         "beginning",
         "@",
         "(?:jumps?|skips?|seek|goes?|forward|rewind)\\s+to",
         "timestamps?",
         "time\\s*stamps?",
         "(?:t|times?|timestamps?|moments?|starts?|ends?|begins?|start\\s+time|end\\s+time|zeit|"
         "zeitpunkt|zeitstempel|beginn|anfang|ende)(?:\\s*(?:[:=]|is|ist)|\"\\s*:\\s*\")",
         "bei",
         "ab",
         "bis",
         "zwischen",
         "nach",
         "gegen"},
        {"[在第从從到至于於自]", "[时時][间間][:：]"});
    static const Pattern total = endsIn({"(?:total|running|processing|playing)\\s+time\\s*[:=]?",
                                         "(?:gesamt|spiel|lauf)zeit\\s*[:=]?", "总时间[:：]?"});
    static const Pattern ofRange =
        endsIn({"von", "(?:happens?|occurs?|appears?|shown|seen|visible|place|starts?)\\s+in"});
    if (matches(total, before)) return false;
    return matches(moment, before) || (isRange && matches(ofRange, before));
}

/// Words behind that make a moment of what stands before them.
bool saysMomentAfter(const QString& after) {
    static const Pattern moment = beginsWith(
        {"marks?", "marke", "points?", "timestamps?", "into",
         "(?:after|from)\\s+the\\s+(?:start|beginning)",
         "nach\\s+(?:dem\\s+)?(?:beginn|start|anfang)",
         "in(?=\\s*(?:[,.;:!]|$)|\\s+(?:the|this)\\s+(?:video|clip|film|movie|recording))"},
        {"[时時](?![长長间間])", "[处處]", "的[时時](?:候|刻)", "[时時]刻", "[开開]始", "起",
         "左右", "[这這那]一刻"});
    return matches(moment, after);
}

/// Where a list or a table puts the times of its lines: in front, in brackets or alone.
bool standsLikeAMoment(const TimeContext& context) {
    static const Pattern opens = pattern(R"([(\[<（【〈《]\s*$)");
    static const Pattern closes = pattern(R"(^\s*[)\]>）】〉》])");
    static const Pattern lineStart =
        pattern(R"(^\s*(?:[-*+•·]\s+|\d+[.)]\s+)?[*_#>|\s]*$|[|]\s*[*_]*$)");
    static const Pattern label = pattern(R"(^\s*[*_]*\s*(?:[:：|–—-]|$|[.。]\s*$))");
    static const Pattern clauseStart = pattern("(?:^|[，。；、！？])\\s*$");
    static const Pattern chinese = pattern("^\\s*[，、\\p{Han}]");
    // "0:05 to 0:10 (5 seconds)" says how long that is.
    static const Pattern range = pattern(
        R"((?:[-–—~至到]|\bto|\buntil|\bbis)\s*[\d:.]+\s*(?:s|sec|seconds?|sekunden|秒)?\s*[*_]*\(\s*$)");
    return (matches(opens, context.before) && matches(closes, context.after) &&
            !matches(range, context.before)) ||
           (matches(lineStart, context.before) && matches(label, context.after)) ||
           (matches(clauseStart, context.before) && matches(chinese, context.after));
}

/// What a clock on a wall or a scoreboard shows is no moment of the video.
bool isOfSomethingElse(const TimeContext& context) {
    static const Pattern named =
        endsIn({"at", "from", "until", "bei", "um", "ab", "von", "bis"}, {"[在第从從到(\\[]"});
    static const Pattern other =
        pattern(QStringLiteral(R"((?<!\p{L})%1\W+(?:[\p{L}']+\W+){0,4}$|%2[^，。]{0,8}$)")
                    .arg(anyOf({"scores?",    "scored",   "scoreboard", "ratio",      "won",
                                "wins?",      "lost",     "loses?",     "beats?",     "leads?",
                                "leading",    "clock",    "watch",      "wristwatch", "alarm",
                                "chapter",    "verse",    "psalm",      "spielstand", "ergebnis",
                                "verhältnis", "gewonnen", "gewinnt",    "verloren",   "verliert",
                                "siegt",      "führt",    "uhr",        "armbanduhr", "wecker",
                                "kapitel",    "vers"}),
                         anyOf({"比分", "比例", "[时時][钟鐘]", "手表", "[闹鬧][钟鐘]"})));
    return !matches(named, context.before) && matches(other, context.before);
}

}  // namespace

TimeVerdict judgeTime(const TimeContext& context) {
    static const Pattern halfDay = pattern(R"(^\s*(?:[ap]\.\s?m\.|[ap]m\b|o['’]clock))");
    static const Pattern uhr = pattern(R"(^\s*Uhr\b)");
    static const Pattern of = pattern(R"(^\s+of\b)");
    static const Pattern at = endsIn({"at"});
    static const Pattern in = endsIn({"in"});
    const bool isClock = context.form == TimeForm::kClock;
    if (isClock && (matches(halfDay, context.after) || isOfSomethingElse(context))) {
        return TimeVerdict::kNone;
    }
    const QString before = withoutApproximation(context.before.trimmed());
    if (saysLengthBefore(before, context.form)) return TimeVerdict::kNone;
    if (isClock && matches(uhr, context.after)) return TimeVerdict::kMaybeTimeOfDay;
    if (saysMomentAfter(context.after)) return TimeVerdict::kMoment;
    if (context.isHyphened || saysLengthAfter(context.after, context.form))
        return TimeVerdict::kNone;
    if (!isClock && matches(of, context.after) && !matches(at, before)) return TimeVerdict::kNone;
    if (context.form != TimeForm::kUnits) return TimeVerdict::kMoment;
    const bool isMoment = saysMomentBefore(before, context.isRange) || standsLikeAMoment(context) ||
                          (context.isRange && context.hasFraction && matches(in, before));
    return isMoment ? TimeVerdict::kMoment : TimeVerdict::kNone;
}

}  // namespace reelquery
