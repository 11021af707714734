#include "core/base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "core/base/error.h"

namespace reelquery {

namespace {

/// Closes a descriptor at the end of a scope.
struct Descriptor {
    explicit Descriptor(int number) : value(number) {}

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    ~Descriptor() {
        if (value >= 0) ::close(value);
    }

    int value;
};

std::string systemMessage() {
    return std::generic_category().message(errno);
}

}  // namespace

FileMapping::FileMapping(const std::filesystem::path& file) {
    const auto fail = [&](const std::string& what) {
        throw Error(ErrorCode::kModel, file.string() + " cannot be read: " + what,
                    "check the model folder and its permissions");
    };
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptor.value < 0) fail(systemMessage());

    struct stat status {};

    if (::fstat(descriptor.value, &status) != 0) fail(systemMessage());
    if (!S_ISREG(status.st_mode)) fail("not a regular file");
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (size_ == 0) return;
    void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor.value, 0);
    if (address == MAP_FAILED) fail(systemMessage());
    data_ = static_cast<const std::byte*>(address);
}

FileMapping::~FileMapping() {
    if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

void FileMapping::release(std::uint64_t offset, std::uint64_t bytes) const {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t first = (offset + page - 1) / page * page;
    const std::uint64_t last = (offset + bytes) / page * page;
    if (first >= last) return;
    // Only a hint: the contents come from the file again, so failure costs memory and nothing else.
    (void)::madvise(const_cast<std::byte*>(data_) + first, last - first, MADV_DONTNEED);
}

}  // namespace reelquery
