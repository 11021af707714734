#pragma once
// From a named encoding to UTF-8.

#include <iconv.h>

#include <string>
#include <string_view>

namespace reelquery {

/// U+FFFD, for bytes that mean nothing.
inline constexpr std::string_view kUnknownCharacter = "\xef\xbf\xbd";

/// Converts from one encoding. Confined to one thread at a time.
class CharsetConverter {
  public:
    /// `from`: a name that iconv knows.
    explicit CharsetConverter(const char* from) : handle_(iconv_open("UTF-8", from)) {}

    CharsetConverter(const CharsetConverter&) = delete;
    CharsetConverter& operator=(const CharsetConverter&) = delete;

    ~CharsetConverter();

    /// False where this system cannot convert from the encoding.
    bool isKnown() const { return handle_ != iconv_t(-1); }

    /// The text as UTF-8; each byte that means nothing becomes U+FFFD and is added to
    /// `strangeBytes`. Requires isKnown().
    std::string convert(std::string_view bytes, int& strangeBytes);

  private:
    iconv_t handle_;
};

/// Windows-1252 as UTF-8: needs nothing of the system, and no byte is without meaning.
std::string fromWindows1252(std::string_view bytes);

}  // namespace reelquery
