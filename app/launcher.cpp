// reelquery: sets what the OpenMP library reads before main(), then becomes the program.

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "app/library_environment.h"

int main(int, char** argv) {
    reelquery::setLibraryEnvironment();
    std::error_code failed;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
    const std::filesystem::path program =
        self.parent_path().parent_path() / REELQUERY_LIBEXEC / "reelquery-program";
    execv(program.c_str(), argv);
    std::fprintf(stderr, "reelquery: %s cannot be started: %s\n           install it again\n",
                 program.c_str(), std::strerror(errno));
    return 1;
}
