#pragma once
// Who may come in: judged by a request's head, before its body is read.

#include <string>

#include "app/serve/http_connection.h"

namespace reelquery {

/// Throws Refusal: 400 for a target that is no path of ours; 403 for a Host that is not this
/// machine (a name that a web page had pointed here) and for anything a web page sends (Origin,
/// Sec-Fetch-Site); 401 without the key, which only /health does without; 415 for a body that is
/// not JSON, as the forms of web pages are not.
void judgeHead(const HttpHead& head, const std::string& key);

}  // namespace reelquery
