// What a loaded model holds of the machine's memory.

#include "core/session/keep/loaded_model.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/weights/checkpoint.h"
#include "tests/unit/session/recorded_session.h"

namespace reelquery {

namespace {

namespace fs = std::filesystem;

/// The tiny model with its weights stored in another number type.
fs::path tinyModelIn(const std::string& dtype, at::ScalarType type) {
    const fs::path folder = emptyFolder("tiny-" + dtype);
    for (const auto& entry : fs::directory_iterator(tinyModel())) {
        if (entry.path().extension() == ".json") fs::copy(entry.path(), folder);
    }
    const Checkpoint source = Checkpoint::open(tinyModel(), nullptr);
    nlohmann::ordered_json header;
    std::string data;
    for (const TensorInfo& info : source.tensors()) {
        const at::Tensor values = source.stored(info.name).to(type).contiguous();
        header[info.name] = {{"dtype", dtype},
                             {"shape", info.shape},
                             {"data_offsets", {data.size(), data.size() + values.nbytes()}}};
        data.append(static_cast<const char*>(values.const_data_ptr()), values.nbytes());
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // tensors are aligned, as the hub's files are
    const std::uint64_t length = text.size();
    std::string prefix(sizeof(length), '\0');
    std::memcpy(prefix.data(), &length, sizeof(length));
    std::ofstream(folder / "model.safetensors", std::ios::binary) << prefix << text << data;
    return folder;
}

}  // namespace

TEST_CASE(
    "Memory that a model holds on the CPU is what was converted, for F16, F32 and BF16 files") {
    struct Case {
        const char* dtype;
        at::ScalarType type;
        DtypeChoice run;
        bool isHeld;
    };

    const auto [dtype, type, run, isHeld] = GENERATE(values<Case>({
        {"BF16", at::kBFloat16, DtypeChoice::kBfloat16, false},
        {"BF16", at::kBFloat16, DtypeChoice::kFloat32, true},
        {"F16", at::kHalf, DtypeChoice::kBfloat16, true},
        {"F16", at::kHalf, DtypeChoice::kFloat32, true},
        {"F32", at::kFloat, DtypeChoice::kBfloat16, true},
        {"F32", at::kFloat, DtypeChoice::kFloat32, false},
    }));
    CAPTURE(dtype, run == DtypeChoice::kBfloat16);
    ModelChoice choice;
    choice.folder = tinyModelIn(dtype, type);
    choice.device = DeviceKind::kCpu;
    choice.dtype = run;
    const LoadedModel model(choice, {}, {});
    const ModelReady ready = model.describe();
    CHECK(ready.weightBytes == ready.parameters * (run == DtypeChoice::kBfloat16 ? 2 : 4));
    CHECK(model.anonymousBytes() == (isHeld ? ready.weightBytes : 0));
}

}  // namespace reelquery
