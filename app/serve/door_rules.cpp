#include "app/serve/door_rules.h"

#include <algorithm>
#include <string_view>

#include "app/serve/refusal.h"
#include "app/serve/server_key.h"
#include "core/base/environment.h"

namespace reelquery {

namespace {

/// "localhost", "127.0.0.1" or "[::1]", with or without a port.
bool isThisMachine(const std::string& host) {
    for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
        if (host.compare(0, name.size(), name) != 0) continue;
        const std::string rest = host.substr(name.size());
        if (rest.empty()) return true;
        if (rest[0] == ':' && rest.size() > 1 && rest.size() <= 6 &&
            rest.find_first_not_of("0123456789", 1) == std::string::npos) {
            return true;
        }
    }
    return false;
}

}  // namespace

void judgeHead(const HttpHead& head, const std::string& key) {
    if (head.count("host") != 1 || !isThisMachine(lowered(head.field("host")))) {
        throw Refusal(403, "the Host of a request must be localhost, 127.0.0.1 or [::1]");
    }
    const std::string site = lowered(head.field("sec-fetch-site"));
    if (head.count("origin") > 0 || (!site.empty() && site != "none")) {
        throw Refusal(403, "web pages are not answered");
    }
    if (head.target.empty() || head.target[0] != '/') {
        throw Refusal(400, "the target of a request must be a path");
    }
    if (head.target == "/health") return;
    const std::string scheme = "bearer ";
    const std::string given = head.field("authorization");
    const bool isBearer = lowered(given.substr(0, scheme.size())) == scheme;
    if (head.count("authorization") != 1 || !isBearer ||
        !equalKeys(given.substr(scheme.size()), key)) {
        throw Refusal(401, "the key is missing or wrong (Authorization: Bearer KEY)");
    }
    if (head.method != "POST") return;
    const std::string type = lowered(head.field("content-type"));
    const std::string wanted = "application/json";
    const bool isJson =
        type.compare(0, wanted.size(), wanted) == 0 &&
        (type.size() == wanted.size() || type[wanted.size()] == ';' || type[wanted.size()] == ' ');
    if (head.count("content-type") != 1 || !isJson || head.count("content-encoding") > 0) {
        throw Refusal(415, "a body must be application/json, not compressed");
    }
}

}  // namespace reelquery
