// Vision features on disk: whole or not at all, checked, capped, and never in a question's way.

#include "core/session/keep/feature_files.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <iterator>

#include "core/session/keep/feature_header.h"
#include "core/session/keep/feature_keeper.h"
#include "core/session/keep/pipeline_version.h"
#include "core/session/watch/video_features.h"
#include "tests/unit/session/recorded_session.h"
#include "vision/video/decoder_versions.h"

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kRoom = 1 << 20;

VideoFeatures someFeatures(at::ScalarType type = at::kFloat, int deepPlanes = 3) {
    VideoFeatures features;
    features.rows = at::randn({6, 8}).to(type);
    for (int i = 0; i < deepPlanes; ++i) features.deep.push_back(at::randn({6, 8}).to(type));
    features.grid = {3, 4, 2};
    features.frameTimesS = {0.0, 1.0 / 3, 0.7, 1.1, 1.5, 1.5};
    features.secondsPerPair = 2.0 / 3;
    features.sampling.wanted = 5;
    features.sampling.got = 5;
    features.sampling.lastS = 1.5;
    features.sampling.decodeErrors = 2;
    features.sampling.modeUsed = SamplingMode::kKeyframes;
    return features;
}

std::string bytesOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("stored features come back bit for bit", "[alike]") {
    const auto type = GENERATE(at::kFloat, at::kBFloat16);
    const int deepPlanes = GENERATE(0, 1, 3);
    const fs::path folder = emptyFolder("features");
    const VideoFeatures features = someFeatures(type, deepPlanes);
    std::string note;
    FeatureFiles(folder, kRoom).store("key", features, note, {});
    const auto back = FeatureFiles(folder, kRoom).load("key", {}, note, {});
    REQUIRE(back);
    CHECK(note.empty());
    CHECK(back->rows.scalar_type() == type);
    CHECK(at::equal(back->rows, features.rows));
    REQUIRE(back->deep.size() == features.deep.size());
    for (std::size_t i = 0; i < back->deep.size(); ++i) {
        CHECK(back->deep[i].scalar_type() == type);
        CHECK(at::equal(back->deep[i], features.deep[i]));
    }
    CHECK(back->grid.t == 3);
    CHECK(back->grid.h == 4);
    CHECK(back->grid.w == 2);
    CHECK(back->frameTimesS == features.frameTimesS);
    CHECK(back->secondsPerPair == features.secondsPerPair);
    CHECK(back->sampling.wanted == 5);
    CHECK(back->sampling.lastS == 1.5);
    CHECK(back->sampling.decodeErrors == 2);
    CHECK(back->sampling.modeUsed == SamplingMode::kKeyframes);
    CHECK_FALSE(FeatureFiles(folder, kRoom).load("another", {}, note, {}));
    CHECK(note.empty());
}

TEST_CASE("a damaged byte anywhere is noticed and the file removed", "[alike]") {
    const fs::path folder = emptyFolder("damaged");
    const FeatureFiles files(folder, kRoom);
    std::string note;
    files.store("key", someFeatures(), note, {});
    const fs::path file = folder / "key.features";
    const std::string whole = bytesOf(file);
    for (std::size_t at = 0; at < whole.size(); at += 7) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        write(file, damaged);
        note.clear();
        INFO("byte " << at);
        CHECK_FALSE(files.load("key", {}, note, {}));
        CHECK_FALSE(note.empty());
        CHECK_FALSE(fs::exists(file));
    }
}

TEST_CASE("a file that is too short, too long or something else is no features", "[alike]") {
    const fs::path folder = emptyFolder("short");
    const FeatureFiles files(folder, kRoom);
    std::string note;
    files.store("key", someFeatures(), note, {});
    const fs::path file = folder / "key.features";
    const std::string whole = bytesOf(file);
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{7}, std::size_t{16}, whole.size() / 2, whole.size() - 1}) {
        write(file, whole.substr(0, length));
        CHECK_FALSE(files.load("key", {}, note, {}));
    }
    write(file, whole + "x");
    CHECK_FALSE(files.load("key", {}, note, {}));
    write(file, std::string(500, '\xff'));
    CHECK_FALSE(files.load("key", {}, note, {}));
}

TEST_CASE("a writer that was killed leaves nothing that is read, and goes in time", "[alike]") {
    const fs::path folder = emptyFolder("killed");
    const FeatureFiles files(folder, kRoom);
    std::string note;
    files.store("key", someFeatures(), note, {});
    const fs::path half = folder / "other.123.unfinished";
    write(half, bytesOf(folder / "key.features").substr(0, 200));
    CHECK_FALSE(files.load("other", {}, note, {}));
    files.store("third", someFeatures(), note, {});
    CHECK(fs::exists(half));  // its writer may be at work
    fs::last_write_time(half, fs::file_time_type::clock::now() - std::chrono::hours(2));
    files.store("fourth", someFeatures(), note, {});
    CHECK_FALSE(fs::exists(half));
    CHECK(note.empty());
}

TEST_CASE("the longest unused go when the folder is full", "[alike]") {
    const fs::path folder = emptyFolder("full");
    std::string note;
    FeatureFiles(folder, kRoom).store("a", someFeatures(), note, {});
    const auto one = static_cast<std::int64_t>(fs::file_size(folder / "a.features"));
    const FeatureFiles files(folder, 3 * one + one / 2);
    files.store("b", someFeatures(), note, {});
    files.store("c", someFeatures(), note, {});
    const auto now = fs::file_time_type::clock::now();
    for (const auto& [name, age] : {std::pair{"a", 30}, {"b", 20}, {"c", 10}}) {
        fs::last_write_time(folder / (std::string(name) + ".features"),
                            now - std::chrono::minutes(age));
    }
    write(folder / "notes.txt", "not ours");
    CHECK(files.load("a", {}, note, {}));  // used, so "b" is the longest unused
    files.store("d", someFeatures(), note, {});
    CHECK(files.load("a", {}, note, {}));
    CHECK_FALSE(files.load("b", {}, note, {}));
    CHECK(files.load("c", {}, note, {}));
    CHECK(files.load("d", {}, note, {}));
    CHECK(note.empty());
    CHECK(storedFeatures(folder).videos == 3);
    CHECK(storedFeatures(folder).bytes <= 3 * one + one / 2);
    CHECK(clearStoredFeatures(folder).videos == 3);
    CHECK(storedFeatures(folder).videos == 0);
    CHECK(fs::exists(folder / "notes.txt"));

    FeatureFiles(folder, one / 2).store("e", someFeatures(), note, {});
    CHECK(storedFeatures(folder).videos == 0);
    CHECK_FALSE(note.empty());
}

TEST_CASE("a file of another version's layout is removed without a word of damage") {
    const fs::path folder = emptyFolder("other-version");
    std::string note;
    write(folder / "key.features", "RQVIDF01" + std::string(300, 'x'));
    CHECK_FALSE(FeatureFiles(folder, kRoom).load("key", {}, note, {}));
    CHECK(note.empty());
    CHECK_FALSE(fs::exists(folder / "key.features"));
}

TEST_CASE("a file of the layout before, without a word of planes, is still read") {
    const fs::path folder = emptyFolder("version-before");
    const fs::path file = folder / "key.features";
    const VideoFeatures features = someFeatures(at::kFloat, 0);
    const FeatureFiles files(folder, kRoom);
    std::string note;
    files.store("key", features, note, {});
    // magic, length of the header (8 bytes), header, its fingerprint, rows and theirs
    const std::string whole = bytesOf(file);
    const std::size_t begin = 16;
    std::uint64_t length = 0;
    whole.copy(reinterpret_cast<char*>(&length), sizeof length, 8);
    std::string header = whole.substr(begin, length);
    const std::string rest = whole.substr(begin + length + fingerprintLength());
    const std::string words = R"("deep_planes":0,)";
    REQUIRE(header.find(words) != std::string::npos);
    header.erase(header.find(words), words.size());
    length = header.size();
    const std::string lengthBytes(reinterpret_cast<const char*>(&length), sizeof length);
    write(file, "RQVIDF02" + lengthBytes + header + printOf(header) + rest);
    const auto back = files.load("key", {}, note, {});
    REQUIRE(back);
    CHECK(note.empty());
    CHECK(at::equal(back->rows, features.rows));
    CHECK(back->deep.empty());
    CHECK(back->frameTimesS == features.frameTimesS);
}

TEST_CASE("a header that promises other planes than the file holds is no features") {
    const fs::path folder = emptyFolder("planes");
    const fs::path file = folder / "key.features";
    const FeatureFiles files(folder, kRoom);
    std::string note;
    files.store("key", someFeatures(), note, {});
    const std::string whole = bytesOf(file);
    const std::string words = R"("deep_planes":3)";
    const std::size_t place = whole.find(words);
    REQUIRE(place != std::string::npos);
    std::uint64_t length = 0;
    whole.copy(reinterpret_cast<char*>(&length), sizeof length, 8);
    for (const char planes : {'0', '2', '4', '9', '-'}) {
        std::string other = whole;
        other[place + words.size() - 1] = planes;
        const std::string print = printOf(std::string_view(other).substr(16, length));
        other.replace(16 + length, print.size(), print);
        write(file, other);
        note.clear();
        CAPTURE(planes);
        CHECK_FALSE(files.load("key", {}, note, {}));
        CHECK_FALSE(note.empty());
        CHECK_FALSE(fs::exists(file));
    }
}

TEST_CASE("a folder that cannot be written is said and harms nothing") {
    const fs::path file = emptyFolder("unwritable") / "file";
    write(file, "in the way");
    std::string note;
    FeatureFiles(file / "features", kRoom).store("key", someFeatures(), note, {});
    CHECK_FALSE(note.empty());
    note.clear();
    CHECK_FALSE(FeatureFiles(file / "features", kRoom).load("key", {}, note, {}));
    CHECK(note.empty());
    CHECK(bytesOf(file) == "in the way");
}

TEST_CASE("the next session answers from stored features as from new ones") {
    SessionStorage storage;
    storage.featureFolder = emptyFolder("between-sessions");
    AskRequest request = tinyQuestion(10);
    request.wantFrames = true;
    const auto ask = [&](bool mayReuse, std::size_t& frames) {
        RecordedSession recorded(storage);
        request.mayReuse = mayReuse;
        const RequestId id = recorded.session().ask(request);
        const AnswerReport report = std::get<AnswerDone>(recorded.waitFor(id)).report;
        frames = 0;
        for (const Event& event : recorded.eventsOf(id)) {
            if (const auto* seen = std::get_if<FrameSeen>(&event)) {
                CHECK(seen->timeS == report.frameTimesS.at(frames++));
            }
        }
        return report;
    };
    std::size_t frames = 0;
    const AnswerReport alone = ask(false, frames);
    CHECK(storedFeatures(storage.featureFolder).videos == 0);
    const AnswerReport first = ask(true, frames);
    CHECK_FALSE(first.featuresFromCache);
    CHECK(storedFeatures(storage.featureFolder).videos == 1);
    const AnswerReport second = ask(true, frames);
    CHECK(second.featuresFromCache);
    CHECK(second.reusedTokens == 0);
    CHECK(second.encodeS == 0);
    CHECK(second.answer == alone.answer);
    CHECK(second.frameTimesS == alone.frameTimesS);
    CHECK(second.lastFrameS == alone.lastFrameS);
    CHECK(frames == alone.frameTimesS.size());
    CHECK(second.notes.empty());

    for (const auto& file : fs::directory_iterator(storage.featureFolder)) {
        fs::resize_file(file.path(), fs::file_size(file.path()) / 2);
    }
    const AnswerReport mended = ask(true, frames);
    CHECK_FALSE(mended.featuresFromCache);
    CHECK(mended.answer == alone.answer);
    CHECK(mended.notes.size() == 1);
    CHECK(ask(true, frames).featuresFromCache);
}

TEST_CASE("other weights of the same shapes do not take stored features") {
    SessionStorage storage;
    storage.featureFolder = emptyFolder("between-models");
    AskRequest request = tinyQuestion(3);
    const auto ask = [&] {
        RecordedSession recorded(storage);
        return std::get<AnswerDone>(recorded.waitFor(recorded.session().ask(request))).report;
    };
    CHECK_FALSE(ask().featuresFromCache);
    request.model.folder = emptyFolder("other-weights");
    fs::copy(tinyModel(), request.model.folder, fs::copy_options::recursive);
    CHECK(ask().featuresFromCache);  // the same files in another place
    std::fstream weights(request.model.folder / "model.safetensors",
                         std::ios::binary | std::ios::in | std::ios::out);
    weights.seekp(-2, std::ios::end);
    weights.put(weights.peek() == 1 ? 2 : 1);
    weights.close();
    CHECK_FALSE(ask().featuresFromCache);
}

TEST_CASE("stored features of another program, another turn or another film are not found") {
    QuestionPlan question;
    question.videoId = "2-0";
    question.frames.wanted.resize(2);
    const std::string key = featureKey(question, "model");
    CHECK(key == featureKey(question, "model", pipelineVersion()));
    CHECK(key != featureKey(question, "model", "1 " + pipelineVersion()));
    CHECK(key != featureKey(question, "other model"));
    const std::string program = pipelineVersion();
    CHECK(program.find("ffmpeg " + decoderVersions()) != std::string::npos);
    CHECK(std::count(program.begin(), program.end(), '.') >= 3);
    QuestionPlan turned = question;
    turned.video.rotationDegrees = 180;
    CHECK(key != featureKey(turned, "model"));
    QuestionPlan track = question;
    track.video.streamIndex = 1;
    CHECK(key != featureKey(track, "model"));
    QuestionPlan film = question;
    film.videoId = "2-1";
    CHECK(key != featureKey(film, "model"));
    film.videoId.clear();
    CHECK(featureKey(film, "model").empty());
}

TEST_CASE("a film edited in place between the pieces of a fingerprint is seen anew") {
    // Behind the index lie bytes that no picture needs; the edit keeps length and times.
    SessionStorage storage;
    storage.featureFolder = emptyFolder("edited-features");
    AskRequest request = tinyQuestion(3);
    const fs::path film = emptyFolder("edited-film") / "film.mp4";
    fs::copy_file(request.video, film);
    std::string whole = bytesOf(film);
    const std::string box(
        "\x00\x60\x00\x00"
        "free",
        8);  // 6 MiB that players skip
    whole += box + std::string((6 << 20) - 8, 'a');
    write(film, whole);
    request.video = film;
    const auto ask = [&] {
        RecordedSession recorded(storage);
        return std::get<AnswerDone>(recorded.waitFor(recorded.session().ask(request))).report;
    };
    CHECK_FALSE(ask().featuresFromCache);
    CHECK(ask().featuresFromCache);
    const auto modified = fs::last_write_time(film);
    whole[whole.size() - 1'000'000] = 'b';
    write(film, whole);
    fs::last_write_time(film, modified);
    CHECK_FALSE(ask().featuresFromCache);
}
