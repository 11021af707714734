#include "core/device/device_graph.h"

#include <dlfcn.h>

#include "core/device/cuda_libraries.h"

namespace reelquery {

std::unique_ptr<DeviceGraph> recordGraph(int card, const std::function<void()>& work,
                                         std::string& problem) {
    void* library = openOwnLibrary("libreelquery_cuda_graph.so", problem);
    if (!library) return nullptr;
    const auto record = reinterpret_cast<RecordGraph>(dlsym(library, kRecordGraphName));
    if (!record) {
        problem = "libreelquery_cuda_graph.so is of another version of this program";
        return nullptr;
    }
    return std::unique_ptr<DeviceGraph>(record(card, work));
}

}  // namespace reelquery
