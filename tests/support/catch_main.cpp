#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

// From 3 on the header brings none.
#if CATCH_VERSION_MAJOR >= 3
int main(int argc, char** argv) {
    return Catch::Session().run(argc, argv);
}
#endif
