#include "vision/video/bicubic_resizer.h"

#include <ATen/ATen.h>
#include <ATen/Version.h>

#include <catch2/catch.hpp>

namespace reelquery {
namespace {

at::Tensor byTorch(const at::Tensor& picture, FrameSize to) {
    return at::_upsample_bicubic2d_aa(picture.contiguous().to(at::kFloat).unsqueeze(0),
                                      {to.height, to.width}, false)
        .squeeze(0);
}

TEST_CASE("a picture is resized to the same bits as by libtorch") {
    struct Sizes {
        FrameSize from, to;
    };

    const Sizes sizes = GENERATE(Sizes{{1080, 1920}, {224, 420}}, Sizes{{241, 323}, {28, 56}},
                                 Sizes{{168, 224}, {168, 224}}, Sizes{{17, 9}, {84, 56}},
                                 Sizes{{90, 61}, {56, 308}}, Sizes{{1, 1}, {28, 28}});
    BicubicResizer resizer(sizes.from, sizes.to);
    for (int round = 0; round < 3; ++round) {  // the first is checked inside, the others are not
        const at::Tensor packed =
            at::randint(0, 256, {sizes.from.height, sizes.from.width + 5, 3}, at::kByte);
        const at::Tensor picture = packed.slice(1, 0, sizes.from.width).permute({2, 0, 1});
        CHECK(at::equal(resizer.resize(picture), byTorch(picture, sizes.to)));
    }
    // libtorch's loops for processors without AVX2 were not looked into; they may take its own way.
    if (at::get_cpu_capability() != "DEFAULT") CHECK(resizer.isFast());
}

TEST_CASE("a turned picture is read where it is") {
    const at::Tensor packed = at::randint(0, 256, {60, 80, 3}, at::kByte);
    const at::Tensor turned = packed.permute({2, 0, 1}).transpose(1, 2).flip(2);
    BicubicResizer resizer({80, 60}, {56, 28});
    resizer.resize(turned);
    CHECK(at::equal(resizer.resize(turned), byTorch(turned, {56, 28})));
}

}  // namespace
}  // namespace reelquery
