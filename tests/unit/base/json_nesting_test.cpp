#include "core/base/json_nesting.h"

#include <catch2/catch.hpp>
#include <string>

using namespace reelquery;

TEST_CASE("brackets are counted where they nest, not where they are text") {
    CHECK_FALSE(nestsDeeperThan("", 0));
    CHECK(nestsDeeperThan("[", 0));
    CHECK_FALSE(nestsDeeperThan(R"({"a":[1,{"b":2}]})", 3));
    CHECK(nestsDeeperThan(R"({"a":[1,{"b":2}]})", 2));
    CHECK_FALSE(nestsDeeperThan(R"(["[[[[","\"[[[","\\"])", 1));
    CHECK(nestsDeeperThan(R"(["\\",[]])", 1));
    std::string flat;
    for (int i = 0; i < 1000; ++i) flat += "[],{},";
    CHECK_FALSE(nestsDeeperThan(flat));
    CHECK(nestsDeeperThan(std::string(1000, '[')));
}
