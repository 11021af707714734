#include "core/base/bounded_queue.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <thread>
#include <vector>

using reelquery::BoundedQueue;

TEST_CASE("items come out in the order they went in") {
    BoundedQueue<int> queue(3);
    for (int item : {1, 2, 3}) REQUIRE(queue.push(item));
    for (int item : {1, 2, 3}) CHECK(queue.pop() == item);
}

TEST_CASE("a closed queue gives what it holds and then nothing") {
    BoundedQueue<int> queue(2);
    REQUIRE(queue.push(7));
    queue.close();
    CHECK_FALSE(queue.push(8));
    CHECK(queue.pop() == 7);
    CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("closing lets a producer go that waits for room") {
    BoundedQueue<int> queue(1);
    REQUIRE(queue.push(1));
    bool accepted = true;
    std::jthread producer([&] { accepted = queue.push(2); });
    queue.close();
    producer.join();
    CHECK_FALSE(accepted);
}

TEST_CASE("patience runs out on an empty queue") {
    BoundedQueue<int> queue(1);
    CHECK_FALSE(queue.popWithin(std::chrono::milliseconds(1)).has_value());
}

TEST_CASE("nothing is lost between two threads, whatever the capacity") {
    const auto capacity = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{64});
    constexpr int kItems = 5000;
    BoundedQueue<int> queue(capacity);
    std::jthread producer([&] {
        for (int item = 0; item < kItems; ++item) queue.push(item);
        queue.close();
    });
    std::vector<int> got;
    while (const auto item = queue.pop()) got.push_back(*item);
    std::vector<int> expected(kItems);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(got == expected);
}
