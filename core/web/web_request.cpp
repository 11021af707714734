#include "core/web/web_request.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>

#include "core/base/environment.h"
#include "core/base/run_log.h"

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;
using Kind = WebFailure::Kind;

constexpr std::size_t kMostFields = 200;  // of a reply; more say nothing

struct EasyEnd {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

struct MultiEnd {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

struct ListEnd {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// One transfer. libcurl calls back into it on the calling thread.
struct Transfer {
    const WebReceiver& receive;
    WebHead head = {};
    std::exception_ptr thrown = {};
    bool hasEnough = false;
    Clock::time_point lastByte = Clock::now();
    curl_off_t sent = 0;

    static std::size_t takeField(char* data, std::size_t, std::size_t bytes, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        transfer.lastByte = Clock::now();
        const std::string_view line(data, bytes);
        if (line.substr(0, 5) == "HTTP/") {  // another reply begins: of a redirect, or "continue"
            transfer.head = {};
            const std::size_t code = std::min(line.find(' '), line.size());
            transfer.head.status = std::atoi(std::string(line.substr(code)).c_str());
            return bytes;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || transfer.head.fields.size() >= kMostFields) {
            return bytes;
        }
        std::string name = lowered(std::string(line.substr(0, colon)));
        std::string_view value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
        value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
        transfer.head.fields.emplace_back(std::move(name), value);
        return bytes;
    }

    static std::size_t takeBody(char* data, std::size_t, std::size_t bytes, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        transfer.lastByte = Clock::now();
        try {
            if (transfer.receive(transfer.head, {data, bytes})) return bytes;
            transfer.hasEnough = true;
        } catch (...) {
            transfer.thrown = std::current_exception();
        }
        return bytes == 0 ? 1 : 0;  // another number ends the transfer
    }

    static int noteProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) {
        auto& transfer = *static_cast<Transfer*>(self);
        if (sent != transfer.sent) transfer.lastByte = Clock::now();
        transfer.sent = sent;
        return 0;
    }
};

[[noreturn]] void fail(CURLcode code, const std::string& url) {
    const std::string host = hostOf(url), why = std::string(" (") + curl_easy_strerror(code) + ")";
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
        case CURLE_OPERATION_TIMEDOUT:
            throw WebFailure(Kind::kUnreachable, host + " cannot be reached" + why,
                             "check the address and the network");
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
            throw WebFailure(Kind::kUntrusted, host + " cannot be trusted" + why,
                             "name the certificate of its authority, if it is your own");
        case CURLE_PARTIAL_FILE:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_GOT_NOTHING:
        case CURLE_HTTP2_STREAM:
            throw WebFailure(Kind::kCut, host + " broke the connection off" + why, "try again");
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            throw WebFailure(Kind::kOther, "'" + url + "' is no address of a server",
                             "write http://HOST:PORT or https://HOST");
        default:
            throw WebFailure(Kind::kOther, host + ": the transfer failed" + why, "try again");
    }
}

}  // namespace

std::string WebHead::field(std::string_view name) const {
    for (const auto& [each, value] : fields)
        if (each == name) return value;
    return {};
}

std::string hostOf(const std::string& url) {
    const std::size_t scheme = url.find("://");
    const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
    std::string host =
        url.substr(begin, std::min(url.find_first_of("/?#", begin), url.size()) - begin);
    if (const std::size_t at = host.rfind('@'); at != std::string::npos) host.erase(0, at + 1);
    return host;
}

WebHead sendWebRequest(const WebRequest& request, const WebReceiver& receive,
                       const CancelToken& cancel) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    throwIfCancelled(cancel);
    const std::unique_ptr<CURLM, MultiEnd> multi(curl_multi_init());
    const std::unique_ptr<CURL, EasyEnd> easy(curl_easy_init());
    if (!multi || !easy) throw std::bad_alloc();
    std::unique_ptr<curl_slist, ListEnd> fields;
    const auto addField = [&](const std::string& line) {
        curl_slist* longer = curl_slist_append(fields.get(), line.c_str());
        if (!longer) throw std::bad_alloc();
        static_cast<void>(fields.release());
        fields.reset(longer);
    };
    for (const auto& [name, value] : request.fields) addField(name + ": " + value);
    addField("Expect:");  // no round trip before a large body

    Transfer transfer{receive};
    CURL* curl = easy.get();
    const bool isSecure = request.url.compare(0, 8, "https://") == 0;
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, isSecure ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, request.followsRedirects ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 8L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "reelquery");
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(request.connectTime.count()));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields.get());
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, Transfer::takeField);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Transfer::takeBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, Transfer::noteProgress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    if (!request.certificates.empty()) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, request.certificates.c_str());
    }
    if (!request.body.empty()) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
    }

    // The handle leaves the multi handle before either goes.
    struct Joined {
        CURLM* multi;
        CURL* easy;

        Joined(CURLM* m, CURL* e) : multi(m), easy(e) { curl_multi_add_handle(multi, easy); }

        ~Joined() { curl_multi_remove_handle(multi, easy); }
    } const joined(multi.get(), curl);

    const std::stop_callback wake(cancel, [&] { curl_multi_wakeup(multi.get()); });
    int running = 1;
    while (running > 0) {
        throwIfCancelled(cancel);
        if (curl_multi_perform(multi.get(), &running) != CURLM_OK) throw std::bad_alloc();
        if (running == 0) break;
        if (request.silence.count() > 0 && Clock::now() - transfer.lastByte > request.silence) {
            throw WebFailure(Kind::kSilent,
                             hostOf(request.url) + " has said nothing for " +
                                 std::to_string(request.silence.count() / 1000) + " s",
                             "try again; it may be busy");
        }
        constexpr int kLookMs = 200;
        curl_multi_poll(multi.get(), nullptr, 0, kLookMs, nullptr);
    }
    if (transfer.thrown) std::rethrow_exception(transfer.thrown);
    int left = 0;
    const CURLMsg* end = curl_multi_info_read(multi.get(), &left);
    const CURLcode code = end ? end->data.result : CURLE_RECV_ERROR;
    writeLog(LogLevel::kDetail, "web",
             hostOf(request.url) + ": " +
                 (code == CURLE_OK ? "status " + std::to_string(transfer.head.status)
                                   : curl_easy_strerror(code)));
    if (code != CURLE_OK && !transfer.hasEnough) fail(code, request.url);
    return std::move(transfer.head);
}

std::pair<WebHead, std::string> fetchText(const WebRequest& request, std::size_t most,
                                          const CancelToken& cancel) {
    std::string text;
    WebHead head = sendWebRequest(
        request,
        [&](const WebHead&, std::string_view piece) {
            if (text.size() + piece.size() > most) {
                throw WebFailure(Kind::kOther, hostOf(request.url) + " sends more than it should",
                                 "check the address");
            }
            text += piece;
            return true;
        },
        cancel);
    return {std::move(head), std::move(text)};
}

}  // namespace reelquery
