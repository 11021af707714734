// reelquery: sets what the OpenMP library reads before main(), then becomes the program.
//
// Between two loops of a model's layers libgomp's threads wait by spinning, for so long that beside
// any other busy process they burn the time the others need: an answer took 18 times longer. The
// only switch is a variable that is read while libraries load, so it is set one process earlier.

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace {

/// Turns of the waiting loop before a thread sleeps: a few microseconds, about what waking costs.
constexpr const char* kSpinCount = "2000";

}  // namespace

int main(int, char** argv) {
    if (!std::getenv("OMP_WAIT_POLICY")) setenv("GOMP_SPINCOUNT", kSpinCount, 0);
    std::error_code failed;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
    const std::filesystem::path program =
        self.parent_path().parent_path() / REELQUERY_LIBEXEC / "reelquery-program";
    execv(program.c_str(), argv);
    std::fprintf(stderr, "reelquery: %s cannot be started: %s\n           install it again\n",
                 program.c_str(), std::strerror(errno));
    return 1;
}
