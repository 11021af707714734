// Subtitle text as people have it: encodings, formats and their markup, captions that scroll.

#include <iconv.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "vision/video/character_references.h"
#include "vision/video/rolling_captions.h"
#include "vision/video/subtitle_encoding.h"
#include "vision/video/subtitle_parser.h"
#include "vision/video/subtitle_ranking.h"
#include "vision/video/subtitle_words.h"

namespace reelquery {
namespace {

/// The text in another encoding, by the system's iconv.
std::string encoded(std::string text, const char* encoding) {
    const iconv_t converter = iconv_open(encoding, "UTF-8");
    std::string bytes(text.size() * 4 + 16, '\0');
    char* in = text.data();
    char* out = bytes.data();
    std::size_t left = text.size(), room = bytes.size();
    if (iconv(converter, &in, &left, &out, &room) == std::size_t(-1) ||
        iconv(converter, nullptr, nullptr, &out, &room) == std::size_t(-1)) {
        throw std::runtime_error(std::string("not in ") + encoding + ": " + text);
    }
    iconv_close(converter);
    bytes.resize(bytes.size() - room);
    return bytes;
}

/// A SubRip file with one cue of each text, from 1, 4, 7, ... s on for 2 s.
std::string subRip(const std::vector<std::string>& texts) {
    std::string file;
    int at = 1;
    for (const std::string& text : texts) {
        std::array<char, 64> times{};
        std::snprintf(times.data(), times.size(), "%d\n00:00:%02d,000 --> 00:00:%02d,000\n",
                      at / 3 + 1, at, at + 2);
        file += times.data() + text + "\n\n";
        at += 3;
    }
    return file;
}

/// "1-3 text | 4-6 text": every cue that is readAll of these bytes.
std::string readAll(const std::string& bytes) {
    std::string all;
    const ParsedSubtitles parsed = parseSubtitles(decodeSubtitleBytes(bytes).text);
    for (const SubtitleCue& cue : eachLineOnce(parsed.cues)) {
        std::array<char, 64> times{};
        std::snprintf(times.data(), times.size(), "%g-%g ", cue.fromS, cue.toS);
        all += (all.empty() ? "" : " | ") + std::string(times.data()) + cue.text;
    }
    return all;
}

const std::string kTimes = "00:00:01,000 --> 00:00:03,000\n";

}  // namespace

TEST_CASE("subtitles are readAll in the encodings of their languages") {
    struct Case {
        const char* encoding;
        std::vector<std::string> texts;
    };

    const std::vector<std::string> russian = {"Красная машина остановилась.", "Никто не выходит.",
                                              "Потом идёт дождь."};
    const std::vector<std::string> chinese = {"红色的汽车停了下来。", "没有人下车。",
                                              "然后下雨了。"};
    const std::vector<std::string> japanese = {"赤い車が止まります。", "誰も降りません。",
                                               "それから雨が降ります。"};
    const auto made = GENERATE_COPY(values<Case>({
        {"CP1251", russian},
        {"KOI8-R", russian},
        {"IBM866", russian},
        {"UTF-16LE", russian},
        {"UTF-16BE", russian},
        {"UTF-32LE", russian},
        {"UTF-8", russian},
        {"CP1251", {"Жук"}},
        {"CP1252", {"“It’s 5 € – really…”"}},
        {"CP1252", {"Das Mädchen läuft über die Brücke.", "Er hört schöne Töne."}},
        {"CP1252", {"Ça va être l'été, où est le garçon ?", "Je ne sais pas…"}},
        {"CP1252", {"¿Qué pasó, niño?", "Olá, você não está só."}},
        {"CP1252", {"På gården är det mörkt.", "Jeg så rød grød med fløde."}},
        {"CP1252", {"Hello café"}},
        {"CP1252", {"PÖLICE"}},
        {"CP1252", {"Señor"}},
        {"CP1254", {"İyi günler"}},
        {"ISO-8859-1", {"Grüße"}},
        {"CP1250",
         {"Červené auto zastavilo.", "Nikdo nevystupuje.", "Pak přišel déšť a žlutý kůň."}},
        {"CP1250", {"Czerwony samochód się zatrzymał.", "Później pada deszcz. Żółć, źdźbło."}},
        {"CP1250", {"A piros autó megállt.", "Később eső esik.", "Őrült tűz, árvíztűrő."}},
        {"ISO-8859-2", {"Červené auto zastavilo.", "Pak přišel déšť a žlutý kůň."}},
        {"CP1253", {"Το κόκκινο αυτοκίνητο σταματά.", "Κανείς δεν βγαίνει.", "Μετά βρέχει."}},
        {"CP1254", {"Kırmızı araba durdu.", "Kimse inmiyor.", "Şimdi İstanbul'da yağmur yağıyor."}},
        {"CP1255", {"המכונית האדומה עוצרת.", "אף אחד לא יוצא.", "אחר כך יורד גשם."}},
        {"CP1256", {"السيارة الحمراء تتوقف.", "لا أحد يخرج.", "ثم تمطر."}},
        {"CP1257", {"Raudona mašina sustojo.", "Niekas neišlipa.", "Žąsis ėda žolę, paskui lyja."}},
        {"CP874", {"รถสีแดงหยุด", "ไม่มีใครออกมา", "แล้วฝนก็ตก"}},
        {"GBK", chinese},
        {"GB18030", chinese},
        {"GBK", {"你好"}},
        {"BIG5", {"紅色的汽車停了下來。", "沒有人下車。", "然後下雨了。"}},
        {"BIG5", {"你好嗎"}},
        {"SHIFT_JIS", japanese},
        {"SHIFT_JIS", {"はい"}},
        {"EUC-JP", japanese},
        {"ISO-2022-JP", japanese},
        {"EUC-KR", {"빨간 차가 멈췄다.", "아무도 내리지 않는다.", "그리고 비가 온다."}},
        {"CP949",
         {"똠방각하가 왔다.", "아무도 내리지 않는다.", "그리고 비가 온다.", "빨간 차가 멈췄다."}},
    }));
    CAPTURE(made.encoding, made.texts[0]);
    const std::string file = subRip(made.texts);
    const bool isMarked = GENERATE(false, true);
    const std::string mark =
        std::string(made.encoding).starts_with("UTF") && isMarked ? "\ufeff" : "";
    CHECK(readAll(encoded(mark + file, made.encoding)) == readAll(file));
    CHECK(readAll(file).find(made.texts[0]) != std::string::npos);
}

TEST_CASE("a guess is told, Unicode is none") {
    CHECK(decodeSubtitleBytes("plain").readAs.empty());
    CHECK(decodeSubtitleBytes("Gr\u00fc\u00dfe").readAs.empty());
    CHECK(decodeSubtitleBytes(encoded(subRip({"Жук"}), "UTF-16LE")).readAs.empty());
    CHECK(decodeSubtitleBytes("Gr\xfc\xdf\x65").readAs == "CP1252");
    CHECK(decodeSubtitleBytes(encoded("Никто не выходит.", "CP1251")).readAs == "CP1251");
}

TEST_CASE("of a file put together from two encodings both halves are read") {
    const std::string plain = subRip({"The red car stops."});
    const std::string latin = encoded("9\n00:00:10,000 --> 00:00:12,000\nGrüße\n\n", "ISO-8859-1");
    const std::string utf = "8\n00:00:13,000 --> 00:00:14,000\nGröße, 大きい\n\n";
    CHECK(readAll(plain + latin + utf) ==
          "1-3 The red car stops. | 10-12 Grüße | 13-14 Größe, 大きい");
    CHECK(readAll("\ufeff" + plain + "\ufeff" + utf) ==
          "1-3 The red car stops. | 13-14 Größe, 大きい");
    // A character cut in two is not a reason to take its line for another encoding.
    CHECK(readAll(subRip({"Потом идёт дожд\xd1"})) == "1-3 Потом идёт дожд\ufffd");
}

TEST_CASE("SubRip is readAll as people write it") {
    struct Case {
        const char* what;
        std::string file, cues;
    };

    const auto made = GENERATE(values<Case>({
        {"a blank line inside a cue",
         "1\n" + kTimes + "first line\n\nsecond line after a blank\n\n2\n" +
             "00:00:04,000 --> 00:00:05,000\nnext\n\n",
         "1-3 first line second line after a blank | 4-5 next"},
        {"no counters", kTimes + "one\n\n00:00:04,000 --> 00:00:05,000\ntwo\n",
         "1-3 one | 4-5 two"},
        {"a text that is a number",
         "1\n" + kTimes + "How many?\n42\n\n2\n00:00:04,000 --> 00:00:05,000\n7\n",
         "1-3 How many? 42 | 4-5 7"},
        {"a number at a cue's end, no counters",
         kTimes + "42\n\n00:00:04,000 --> 00:00:05,000\ntwo\n", "1-3 42 | 4-5 two"},
        {"no blank line between cues",
         "1\n" + kTimes + "one\n2\n00:00:04,000 --> 00:00:05,000\ntwo", "1-3 one | 4-5 two"},
        {"every line end doubled",
         "1\r\r\n00:00:01,000 --> 00:00:03,000\r\r\none\r\r\ntwo\r\r\n\r\r\n2\r\r\n"
         "00:00:04,000 --> 00:00:05,000\r\r\nthree\r\r\n",
         "1-3 one two | 4-5 three"},
        {"blank lines between all lines",
         "1\n\n00:00:01,000 --> 00:00:03,000\n\none\n\n2\n\n00:00:04,000 --> 00:00:05,000\n\ntwo\n",
         "1-3 one | 4-5 two"},
        {"old Mac line ends", "1\r00:00:01,000 --> 00:00:03,000\rone\rtwo\r\r", "1-3 one two"},
        {"points, spaces, places, short clocks",
         "\n\n 1 \n 00:00:01.000  -->  00:00:03.000  X1:100 X2:200\n  padded  \n\n\n2\n"
         "0:0:4,5 --> 0:0:6,0\nshort clock\n\n3\n00:07.000 --> 00:08.500\nno hours\n",
         "1-3 padded | 4.005-6 short clock | 7-8.5 no hours"},
        {"times before the start",
         "1\n-00:00:02,000 --> -00:00:01,000\nbefore\n\n2\n-00:00:01,000 --> "
         "00:00:01,500\nacross\n",
         "-2--1 before | -1-1.5 across"},
        {"a hundred hours", "1\n100:00:01,000 --> 100:00:02,000\nlate\n", "360001-360002 late"},
        {"backwards", "1\n00:00:03,000 --> 00:00:01,000\nback\n", "3-3 back"},
        {"zero bytes", "1\n" + kTimes + "before" + std::string(1, '\0') + "after\n\n",
         "1-3 before after"},
        {"tags and codes",
         "1\n" + kTimes +
             "{\\an8}<font color=\"#ff0000\">The <b>red</b> car</font> {y:i}stops.\n"
             "<I>now</I><br/>here\\Nthere\n",
         "1-3 The red car stops. now here there"},
        {"what only looks like tags", "1\n" + kTimes + "5 < 7 & 7 > 5 {sic} <3 <sighs>\n",
         "1-3 5 < 7 & 7 > 5 {sic} <3 <sighs>"},
        {"character references",
         "1\n" + kTimes + "R&amp;B &#39;x&#39; caf&eacute; &lt;b&gt; AT&T &x;\n",
         "1-3 R&B 'x' café <b> AT&T &x;"},
        {"an arrow in the text", "1\n" + kTimes + "left --> right\n\n", "1-3 left --> right"},
        {"WebVTT under another name", "WEBVTT\n\n00:01.000 --> 00:03.000\nshown\n", "1-3 shown"},
        {"a letter", "Dear Sir,\nthis is a letter.\n", ""},
        {"nothing", "", ""},
    }));
    CAPTURE(made.what);
    CHECK(readAll(made.file) == made.cues);
}

TEST_CASE("WebVTT is readAll by its own rules") {
    struct Case {
        const char* what;
        std::string file, cues;
    };

    const auto made = GENERATE(values<Case>({
        {"styles and regions before, between and behind cues",
         "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:fred\nwidth:40%\n\n"
         "00:01.000 --> 00:03.000\nshown\n\nSTYLE\n::cue(b) {\n\ncolor: blue }\n\n"
         "00:04.000 --> 00:05.000\nnext\n\nREGION\nid:bill\n",
         "1-3 shown | 4-5 next"},
        {"notes and names",
         "WEBVTT - title\n\nNOTE hidden\nremark\n\nNOTE\n\ncue-1\n00:01.000 --> 00:03.000\nshown\n",
         "1-3 shown"},
        {"an old header",
         "WEBVTT\nKind: captions\nLanguage: en\nStyle:\n::cue(c.colorCCCCCC) { color: "
         "rgb(204,204,204);\n }\n##\n\n00:00:01.000 --> 00:00:03.000 align:start "
         "position:0%\nshown\n",
         "1-3 shown"},
        {"no blank line behind the header", "WEBVTT\n00:01.000 --> 00:03.000\nshown\n",
         "1-3 shown"},
        {"voices, classes, ruby, time stamps",
         "WEBVTT\n\n1\n00:01.000 --> 00:03.000\n<v Anna>Hello.\n<v Bob>Good <i.loud>day</i>, "
         "<ruby>漢<rt>kan</rt></ruby><00:02.000>!\n",
         "1-3 Hello. Good day, 漢kan!"},
        {"character references",
         "WEBVTT\n\n00:01.000 --> 00:03.000\nTom &amp; Jerry &lt;3 &nbsp;caf&eacute; &#39;x&#39; "
         "&#x266a;\n",
         "1-3 Tom & Jerry <3 café 'x' ♪"},
        {"a bracket that is no tag", "WEBVTT\n\n00:01.000 --> 00:03.000\nI <3 you & 1 < 2\n",
         "1-3 I <3 you & 1 < 2"},
        {"cues without a blank line between",
         "WEBVTT\n\n00:01.000 --> 00:03.000\none\n00:04.000 --> 00:05.000\ntwo\n",
         "1-3 one | 4-5 two"},
        {"Windows' line ends and a mark",
         "\ufeffWEBVTT\r\n\r\n00:01.000 --> 00:03.000\r\nshown\r\n", "1-3 shown"},
        {"a header alone", "WEBVTT", ""},
    }));
    CAPTURE(made.what);
    CHECK(readAll(made.file) == made.cues);
}

TEST_CASE("time lines without a time are counted, not readAll as words") {
    const ParsedSubtitles srt =
        parseSubtitles("1\n00:00:0x,000 --> 00:00:03,000\nlost\n\n2\n" + kTimes + "kept\n");
    CHECK(srt.unreadable == 1);
    REQUIRE(srt.cues.size() == 1);
    CHECK(srt.cues[0].lines == ShownLines{"kept"});
    const ParsedSubtitles vtt = parseSubtitles(
        "WEBVTT\n\n00:0x.000 --> 00:03.000\nlost\n\n00:04.000 --> 00:05.000\nkept\n");
    CHECK(vtt.unreadable == 1);
    REQUIRE(vtt.cues.size() == 1);
    CHECK(vtt.cues[0].lines == ShownLines{"kept"});
}

TEST_CASE("captions that scroll are readAll once") {
    struct Case {
        const char* what;
        std::vector<TimedLines> cues;
        std::string said;
    };

    const auto made = GENERATE(values<Case>({
        {"two lines, the lower one new",
         {{1, 3, {"a"}},
          {3, 3.01, {"a"}},
          {3.01, 5, {"a", "b"}},
          {5, 5.01, {"b"}},
          {5.01, 7, {"b", "c"}}},
         "1 a, 3.01 b, 5.01 c"},
        {"three lines",
         {{1, 2, {"a"}}, {2, 3, {"a", "b"}}, {3, 4, {"a", "b", "c"}}, {4, 5, {"b", "c", "d"}}},
         "1 a, 2 b, 3 c, 4 d"},
        {"word by word",
         {{1, 2, {"the"}},
          {2, 3, {"the red"}},
          {3, 4, {"the red car"}},
          {4, 5, {"the red car", "stops"}}},
         "1 the red car, 4 stops"},
        {"one subtitle in many pieces",
         {{1, 1.1, {"song"}}, {1.1, 1.2, {"song"}}, {1.2, 1.3, {"song"}}},
         "1 song"},
        {"layers", {{1, 2, {"x"}}, {1, 2, {"y"}}, {1, 2, {"x"}}, {1, 2, {"y"}}}, "1 x, 1 y"},
        {"the same words after a pause are said again",
         {{1, 2, {"No."}}, {2.1, 3, {"No."}}},
         "1 No., 2.1 No."},
        {"a word is not the start of another one",
         {{1, 2, {"no"}}, {2, 3, {"nobody"}}},
         "1 no, 2 nobody"},
        {"two speakers",
         {{1, 2, {"- Who?", "- Me."}}, {2, 3, {"- You?", "- Yes."}}},
         "1 - Who? - Me., 2 - You? - Yes."},
        {"out of order", {{5, 6, {"late"}}, {1, 2, {"early"}}}, "1 early, 5 late"},
        {"none", {}, ""},
    }));
    CAPTURE(made.what);
    std::string said;
    for (const SubtitleCue& cue : eachLineOnce(made.cues)) {
        std::array<char, 32> time{};
        std::snprintf(time.data(), time.size(), "%g ", cue.fromS);
        said += (said.empty() ? "" : ", ") + std::string(time.data()) + cue.text;
    }
    CHECK(said == made.said);
}

TEST_CASE("automatic captions in their file's form are readAll once") {
    CHECK(readAll("WEBVTT\nKind: captions\nLanguage: en\n\n"
                  "00:00:01.000 --> 00:00:03.000 align:start position:0%\n \n"
                  "the<00:00:01.400><c> red</c><00:00:01.800><c> car</c>\n\n"
                  "00:00:03.000 --> 00:00:03.010 align:start position:0%\nthe red car\n \n\n"
                  "00:00:03.010 --> 00:00:05.000 align:start position:0%\nthe red car\n"
                  "stops<00:00:03.500><c> right</c><00:00:04.000><c> here</c>\n\n"
                  "00:00:05.000 --> 00:00:05.010 align:start position:0%\nstops right here\n \n\n"
                  "00:00:05.010 --> 00:00:07.000 align:start position:0%\nstops right here\n"
                  "and<00:00:05.500><c> nobody</c><00:00:06.000><c> comes</c>\n\n") ==
          "1-3.01 the red car | 3.01-5.01 stops right here | 5.01-7 and nobody comes");
}

TEST_CASE("odd texts of a megabyte are readAll in no time") {
    for (const char* piece :
         {"<", "{", "<a", "{\\", "&", "&#", "\n", "-->", "00:00:01,000 --> 00:00:02,000\nx\n", "\r",
          "\xc3", "\xe4\xb8", "WEBVTT\n\n"}) {
        CAPTURE(piece);
        std::string text = "1\n" + kTimes;
        while (text.size() < (1 << 20)) text += piece;
        CHECK_NOTHROW(readAll(text));
        CHECK_NOTHROW(readAll("WEBVTT\n\n" + text));
    }
}

TEST_CASE("the words of a dialogue line are what is shown") {
    const std::string fields = "0,0,Default,,0,0,0,,";
    CHECK(linesOfDialogue(fields + "one, two") == ShownLines{"one, two"});
    CHECK(linesOfDialogue(fields + "a\\Nb\\hc\\nd") == ShownLines{"a", "b c", "d"});
    CHECK(linesOfDialogue(fields + "{\\i1}so{\\i0} what{") == ShownLines{"so what{"});
    CHECK(linesOfDialogue(fields + "{\\p1}m 0 0 l 5 5{\\p0}word") == ShownLines{"word"});
    CHECK(linesOfDialogue(fields + "{\\pos(1,2)}here \\{so\\}") == ShownLines{"here {so}"});
    CHECK(linesOfDialogue(fields).empty());
    CHECK(linesOfDialogue("no fields").empty());
}

TEST_CASE("UTF-8 is told from other bytes") {
    for (const char* good : {"", "plain", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x8e\xac"}) {
        CHECK(isUtf8(good));
    }
    for (const char* bad : {"\xfc", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80"}) {
        CHECK_FALSE(isUtf8(bad));
    }
}

TEST_CASE("character references become their characters") {
    CHECK(resolveReferences("&amp;amp; &euro;&hellip;&#x1F3AC;&#128266;") == "&amp; €…🎬🔊");
    CHECK(resolveReferences("&#0;&#xD800;&#x110000;&#7;") == "\ufffd\ufffd\ufffd\ufffd");
    CHECK(resolveReferences("a & b; &; &#; &#x; &nosuch; &amp") ==
          "a & b; &; &#; &#x; &nosuch; &amp");
}

TEST_CASE("languages are known by whatever names files give them") {
    for (const char* words : {"en", "eng", "EN-us", "en_GB", "English", "sdh.en", "en.forced"}) {
        CAPTURE(words);
        CHECK(languageCode(words) == "en");
    }
    CHECK(languageCode("ger") == "de");
    CHECK(languageCode("deu") == "de");
    CHECK(languageCode("und").empty());
    CHECK(languageCode("").empty());
    CHECK(languageRank("spa", {"de", "en"}) == 2);
    CHECK(languageRank("eng", {"de", "en"}) == 1);
    for (const char* words : {"Forced", "en.forced", "Signs & Songs", "Director's commentary"}) {
        CHECK(saysPartOnly(words));
    }
    for (const char* words : {"", "English (SDH)", "Full", "en", "reinforced"}) {
        CHECK_FALSE(saysPartOnly(words));
    }
}

}  // namespace reelquery
