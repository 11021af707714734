#include "vision/video/paired_planes.h"

#include <cstring>

namespace reelquery {
namespace {

template <class Value>
Value valueAt(const std::uint8_t* row, int index, int shift) {
    Value value;
    std::memcpy(&value, row + index * sizeof value, sizeof value);
    return static_cast<Value>(value >> shift);
}

template <class Value>
void put(std::uint8_t* row, int index, Value value) {
    std::memcpy(row + index * sizeof value, &value, sizeof value);
}

template <class Value>
void part(const PairedPicture& picture, const std::array<PlaneRows, 3>& planes, int shift) {
    for (int y = 0; y < picture.height; ++y) {
        const std::uint8_t* from = picture.luma.data + y * picture.luma.rowBytes;
        std::uint8_t* to = planes[0].data + y * planes[0].rowBytes;
        for (int x = 0; x < picture.width; ++x) put(to, x, valueAt<Value>(from, x, shift));
    }
    const int width = (picture.width + 1) / 2, height = (picture.height + 1) / 2;
    for (int y = 0; y < height; ++y) {
        const std::uint8_t* from = picture.pairs.data + y * picture.pairs.rowBytes;
        std::uint8_t* u = planes[1].data + y * planes[1].rowBytes;
        std::uint8_t* v = planes[2].data + y * planes[2].rowBytes;
        for (int x = 0; x < width; ++x) {
            put(u, x, valueAt<Value>(from, 2 * x, shift));
            put(v, x, valueAt<Value>(from, 2 * x + 1, shift));
        }
    }
}

}  // namespace

void partPlanes(const PairedPicture& picture, const std::array<PlaneRows, 3>& planes) {
    if (picture.bits == 8) {
        part<std::uint8_t>(picture, planes, 0);
    } else {
        part<std::uint16_t>(picture, planes, 16 - picture.bits);
    }
}

}  // namespace reelquery
