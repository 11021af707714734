#include "vision/video/ordered_frames.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <stdexcept>
#include <thread>

namespace reelquery {
namespace {

SampledFrame at(double timeS) {
    SampledFrame frame;
    frame.timeS = timeS;
    return frame;
}

TEST_CASE("frames of jobs finished out of order come in order") {
    OrderedFrames order(2, 4);
    const std::stop_token never;
    REQUIRE(order.takeJob(never) == 0u);
    REQUIRE(order.takeJob(never) == 1u);
    CHECK_FALSE(order.takeJob(never));
    order.put(1, at(2), never);
    order.finish(1);
    order.put(0, at(0), never);
    order.put(0, at(1), never);
    order.finish(0);
    for (const double time : {0.0, 1.0, 2.0}) CHECK(order.next(never)->timeS == time);
    CHECK_FALSE(order.next(never));
}

TEST_CASE("many decoders and a small buffer lose and reorder nothing") {
    constexpr int kJobs = 200, kPerJob = 5;
    OrderedFrames order(kJobs, 3);
    const std::stop_token never;
    std::vector<std::jthread> decoders;
    for (int i = 0; i < 4; ++i) {
        decoders.emplace_back([&] {
            while (const auto job = order.takeJob(never)) {
                for (int k = 0; k < kPerJob; ++k) {
                    order.put(*job, at(static_cast<double>(*job) * kPerJob + k), never);
                }
                order.finish(*job);
            }
        });
    }
    double expected = 0;
    while (const auto frame = order.next(never)) CHECK(frame->timeS == expected++);
    CHECK(expected == kJobs * kPerJob);
}

TEST_CASE("a stop lets a full decoder and a waiting receiver go") {
    OrderedFrames order(2, 1);
    std::stop_source stop;
    order.takeJob(stop.get_token());
    order.put(0, at(0), stop.get_token());
    bool wasPut = true;
    std::jthread decoder([&] { wasPut = order.put(0, at(1), stop.get_token()); });
    stop.request_stop();
    decoder.join();
    CHECK_FALSE(wasPut);
    CHECK_FALSE(order.next(stop.get_token()));
}

TEST_CASE("the receiver is told of a decoder's error") {
    OrderedFrames order(1, 1);
    order.fail(std::make_exception_ptr(std::runtime_error("broken")));
    CHECK_THROWS_WITH(order.next({}), "broken");
    CHECK_FALSE(order.put(0, at(0), {}));
}

}  // namespace
}  // namespace reelquery
