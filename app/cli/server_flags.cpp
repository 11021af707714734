#include "app/cli/server_flags.h"

#include <sys/stat.h>

#include <fstream>

#include "core/base/environment.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

constexpr const char* kServerGroup = "Server";

std::string keyOf(const std::string& file) {
    if (file.empty()) return environment("REELQUERY_API_KEY");
    struct stat status = {};
    std::string key;
    std::ifstream in(file);
    if (!(in >> key) || ::stat(file.c_str(), &status) != 0) {
        throw Error(ErrorCode::kUsage, "--server-key-file: " + file + " holds no key");
    }
    if ((status.st_mode & 077) != 0) {
        throw Error(ErrorCode::kUsage, "--server-key-file: others can read " + file,
                    "chmod 600 it");
    }
    return key;
}

}  // namespace

void ServerFlags::addTo(CLI::App& command) {
    CLI::Option* server =
        command
            .add_option("--server", url,
                        "Let another program answer, which has the OpenAI interface "
                        "(http://HOST:PORT/v1): frames and words are sent there")
            ->group(kServerGroup);
    command
        .add_option("--server-model", model, "Which of its models; default: the only one it has")
        ->needs(server)
        ->group(kServerGroup);
    command
        .add_option("--server-key-file", keyFile,
                    "File (mode 0600) with its key; default: the variable REELQUERY_API_KEY")
        ->needs(server)
        ->group(kServerGroup);
    command
        .add_option("--server-certificate", certificates,
                    "Certificate of its private authority (PEM)")
        ->needs(server)
        ->check(CLI::ExistingFile)
        ->group(kServerGroup);
    command
        .add_option("--server-silence", silenceS,
                    "Give up after so many seconds without a byte; 0: never, reading takes long")
        ->needs(server)
        ->check(CLI::Range(0, 1'000'000))
        ->group(kServerGroup);
}

std::optional<RemoteServer> ServerFlags::server() const {
    if (url.empty()) return std::nullopt;
    RemoteServer server{url, keyOf(keyFile), model, certificates, std::chrono::seconds(silenceS)};
    for (const char c : server.key)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) {
            throw Error(ErrorCode::kUsage, "the server's key holds what no key has");
        }
    return server;
}

void ServerFlags::refuseWhatItCannot(const AskRequest& request) const {
    if (url.empty()) return;
    if (request.wantEvidence) {
        throw Error(ErrorCode::kUsage, "a server does not tell where its model looked",
                    "--evidence and --zoom need a model on this machine");
    }
}

}  // namespace reelquery
