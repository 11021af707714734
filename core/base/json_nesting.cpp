#include "core/base/json_nesting.h"

#include <cstddef>

namespace reelquery {

bool nestsDeeperThan(std::string_view json, int most) {
    int depth = 0;
    bool isInString = false;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (isInString) {
            if (c == '\\') ++at;
            isInString = c != '"';
        } else if (c == '"') {
            isInString = true;
        } else if (c == '[' || c == '{') {
            if (++depth > most) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

}  // namespace reelquery
