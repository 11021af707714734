// What the library was built for. A file of its own for its definitions, see CMakeLists.txt.

#include "kernels/cuda/image_choice.h"

namespace reelquery::kernels {

CudaImages reelqueryCudaImages(int major, int minor) {
    return cuda::imagesFor(major, minor, {REELQUERY_IMAGES}, {REELQUERY_PTX});
}

}  // namespace reelquery::kernels
