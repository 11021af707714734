// What other programs send: a file URL, base64, a line of an agent, the hub's listing, a server's
// models, its refusal and its stream. The first byte says which.

#include "app/mcp/mcp_messages.h"
#include "app/serve/media_door.h"
#include "app/serve/refusal.h"
#include "core/fetch/hub_listing.h"
#include "core/remote/chat_stream.h"
#include "core/remote/remote_failure.h"
#include "core/remote/server_facts.h"
#include "tests/fuzz/fuzz_input.h"

using namespace reelquery;

namespace {

void readUrl(std::string_view text) {
    try {
        const std::filesystem::path path = pathOfFileUrl("file:" + std::string(text));
        if (!path.is_absolute()) fuzz::finding("a file URL that is no absolute path");
        for (const auto& part : path)
            if (part == "..") fuzz::finding("a file URL that goes up");
    } catch (const Refusal&) {
    }
}

void readBase64(std::string_view text) {
    constexpr std::size_t kMost = 64;
    try {
        if (decodedBase64(text, kMost).size() > kMost + 2) fuzz::finding("more than is allowed");
    } catch (const Refusal&) {
    }
}

void readLine(std::string_view text) {
    try {
        const McpMessage message = readMcpMessage(std::string(text));
        mcpResult(message, mcpInitializeResult(message));
    } catch (const McpRefusal& refusal) {
        if (!refusal.reply.contains("error")) fuzz::finding("a refusal without an error");
    }
}

void readHub(std::string_view text) {
    fuzz::parse([&] {
        const HubListing listing = readListing(text, "a/b");
        for (const HubFile& file : listing.files) {
            const std::filesystem::path path = file.name;
            if (path.is_absolute() || path != path.lexically_normal() || *path.begin() == "..") {
                fuzz::finding("a file outside of its folder");
            }
        }
        neededFiles(listing, {});
    });
}

void readServer(std::string_view text) {
    fuzz::parse([&] { readModels(text, {}, "http://localhost/v1"); });
    fuzz::parse([&] { throw refusedBy("http://localhost/v1", 400, text); });
}

/// The pieces end at each group separator, and nothing depends on where.
void readStream(std::string_view text) {
    const auto answerOf = [](const std::vector<std::string>& pieces) {
        std::string said;
        fuzz::parse([&] {
            ChatStream stream([&](const std::string& words) { said += words; });
            for (const std::string& piece : pieces) stream.take(piece);
            stream.end();
        });
        return said;
    };
    const std::vector<std::string> pieces = fuzz::partsOf(text);
    std::string whole;
    for (const std::string& piece : pieces) whole += piece;
    if (answerOf(pieces) != answerOf({whole})) fuzz::finding("it depends on how it comes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    constexpr void (*kReaders[])(std::string_view) = {readUrl, readBase64, readLine,
                                                      readHub, readServer, readStream};
    kReaders[data[0] % std::size(kReaders)](fuzz::textOf(data, size).substr(1));
    return 0;
}
