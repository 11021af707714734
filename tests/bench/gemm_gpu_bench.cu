// Times the kernels over packed weights: products of one and eight rows, unpacking to bf16; and
// products of one row with weights of bf16.
// Usage: gemm_gpu_bench LIBRARY [--cache | [--like 2b] [KIND...]]: --cache times an 8-bit key/value
// cache instead. Kinds are those of tests/gpu/packed_sample.h whose
// names begin so, all that a checkpoint has by default. Shapes of a 7B (28 layers) or a 2B.
// Each figure: calls in a CUDA graph that walk over copies of more than 400 MB together, so that
// every one comes from memory; medians of seven. Predicted: the bytes at 4.1 TB/s, what an H200
// reaches, and 1.5 us of beginning and end; asked for: 1.25 times the bytes at 4.8 TB/s, where a
// call is long enough to reach it. Exit: 77 where there is no device.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "tests/bench/median_ms.cuh"
#include "tests/gpu/gemm_library.h"
#include "tests/gpu/packed_sample.h"

namespace reelquery::test {
namespace {

using namespace kernels;

constexpr double kBytesPerUs = 4.8e6, kReachedPerUs = 4.1e6, kStartUs = 1.5;

__global__ void fillRandom(std::uint32_t* words, std::int64_t count, std::uint32_t seed) {
    for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count;
         i += std::int64_t{gridDim.x} * blockDim.x) {
        std::uint32_t hash = static_cast<std::uint32_t>(i) * 2654435761u + seed;
        hash = (hash ^ hash >> 15) * 2246822519u;
        words[i] = hash ^ hash >> 13;
    }
}

struct Shape {
    const char* name;
    std::int64_t outputs, inputs;
};

struct Model {
    const char* name;
    int layers;
    std::vector<Shape> shapes;
};

const Model kModels[] = {{"7B",
                          28,
                          {{"q, k, v", 4608, 3584},
                           {"o", 3584, 3584},
                           {"gate, up", 37888, 3584},
                           {"down", 3584, 18944}}},
                         {"2B",
                          28,
                          {{"q, k, v", 2048, 1536},
                           {"o", 1536, 1536},
                           {"gate, up", 17920, 1536},
                           {"down", 1536, 8960}}}};

/// As many copies of random codes as do not fit the second cache.
struct Copies {
    TiledShape shape;
    std::vector<DeviceArray<std::uint8_t>> data;

    Copies(const SampleKind& kind, const Shape& size)
        : shape(PackedSample(kind, 1, 256, 1).shape()) {
        shape.outputs = size.outputs;
        shape.inputs = size.inputs;
        const TiledPlanes planes = planesOf(shape);
        const std::int64_t count = std::max<std::int64_t>(2, 400000000 / planes.bytes + 1);
        for (std::int64_t i = 0; i < count; ++i) {
            data.emplace_back(static_cast<std::size_t>(planes.bytes));
            std::uint8_t* bytes = data.back().get();
            fillRandom<<<1024, 256>>>(reinterpret_cast<std::uint32_t*>(bytes), planes.scales / 4,
                                      static_cast<std::uint32_t>(i) * 77);
            require(cudaMemset(bytes + planes.scales, 0x21,
                               static_cast<std::size_t>(planes.bytes - planes.scales)),
                    "cudaMemset");
        }
        require(cudaDeviceSynchronize(), "filling");
    }

    double bytes() const { return static_cast<double>(planesOf(shape).bytes); }

    TiledMatrix get(std::size_t i) const { return {shape, data[i % data.size()].get()}; }
};

/// Microseconds of call(i, stream), i counting on through a graph of `calls` of them.
template <class Call>
double microsecondsInGraph(int calls, const Call& call) {
    cudaStream_t stream;
    cudaGraph_t graph;
    cudaGraphExec_t executable;
    require(cudaStreamCreate(&stream), "cudaStreamCreate");
    require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin capture");
    for (int i = 0; i < calls; ++i)
        if (const Status status = call(static_cast<std::size_t>(i), stream); !status.ok()) {
            std::fprintf(stderr, "%s\n", status.message);
            std::exit(1);
        }
    require(cudaStreamEndCapture(stream, &graph), "end capture");
    require(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    const double ms = medianMs(
        [&] {
            require(cudaGraphLaunch(executable, nullptr), "cudaGraphLaunch");
            return Status{};
        },
        7);
    cudaGraphExecDestroy(executable);
    cudaGraphDestroy(graph);
    cudaStreamDestroy(stream);
    return ms * 1e3 / calls;
}

void printFigure(const char* kind, const std::string& what, double bytes, double us) {
    std::printf(
        "gemm: %-28s %-34s predicted %7.1f us, measured %7.1f us, x%.2f of its %.1f MB at "
        "4.8 TB/s\n",
        kind, what.c_str(), bytes / kReachedPerUs + kStartUs, us, us / (bytes / kBytesPerUs),
        bytes / 1e6);
    std::fflush(stdout);
}

void benchKind(const GemmLibrary& library, const Model& model, const SampleKind& kind) {
    const bool isSuper = sourceBlock(kind.format).values == 256;
    for (const int rows : {1, 8}) {
        double layerUs = 0, layerBytes = 0;
        for (const Shape& size : model.shapes) {
            if (isSuper && size.inputs % 256 != 0) continue;
            const Copies copies(kind, size);
            DeviceArray<std::uint16_t> x(static_cast<std::size_t>(rows * size.inputs)),
                out(static_cast<std::size_t>(rows * size.outputs));
            x.fill(0);
            const double us = microsecondsInGraph(static_cast<int>(copies.data.size()),
                                                  [&](std::size_t i, cudaStream_t stream) {
                                                      CudaFewRows call;
                                                      call.weights = copies.get(i);
                                                      call.rows = rows;
                                                      call.x = x.get();
                                                      call.xStride = size.inputs;
                                                      call.out = out.get();
                                                      call.outStride = size.outputs;
                                                      return library.fewRows(&call, stream);
                                                  });
            printFigure(kind.name, std::string(size.name) + ", rows " + std::to_string(rows),
                        copies.bytes(), us);
            layerUs += us;
            layerBytes += copies.bytes();
        }
        std::printf(
            "gemm: %-28s %s, rows %d: all %d layers predicted %.2f ms, measured %.2f ms, "
            "x%.2f of %.2f GB at 4.8 TB/s\n",
            kind.name, model.name, rows, model.layers,
            model.layers * (layerBytes / kReachedPerUs + 4 * kStartUs) / 1e3,
            model.layers * layerUs / 1e3, layerUs / (layerBytes / kBytesPerUs),
            model.layers * layerBytes / 1e9);
    }
    const Shape& size = model.shapes[2];
    if (isSuper && size.inputs % 256 != 0) return;
    const Copies copies(kind, size);
    DeviceArray<std::uint16_t> out(static_cast<std::size_t>(size.outputs * size.inputs));
    const double us = microsecondsInGraph(4, [&](std::size_t i, cudaStream_t stream) {
        CudaUnpack call;
        call.weights = copies.get(i);
        call.rows = size.outputs;
        call.out = out.get();
        call.outStride = size.inputs;
        return library.unpack(&call, stream);
    });
    printFigure(kind.name, std::string("unpack ") + size.name + " to bf16",
                copies.bytes() + 2.0 * static_cast<double>(size.outputs * size.inputs), us);
    if (copies.shape.codes != TileCodes::kFp8) return;
    const double codesUs = microsecondsInGraph(4, [&](std::size_t i, cudaStream_t stream) {
        const CudaFp8Codes call{copies.get(i), 0, size.outputs, out.get()};
        return library.fp8Codes(&call, stream);
    });
    printFigure(kind.name, std::string("codes of ") + size.name,
                2.0 * static_cast<double>(size.outputs * size.inputs), codesUs);
    // Rows of the widest input: 310 MB in bf16, so none of it stays in a cache.
    const std::int64_t rows = 8192, width = model.shapes[3].inputs;
    DeviceArray<std::uint16_t> x(static_cast<std::size_t>(rows * width));
    DeviceArray<std::uint8_t> codes(x.size());
    DeviceArray<float> scales(static_cast<std::size_t>(rows));
    x.fill(0x3c);
    const double rowsUs = microsecondsInGraph(4, [&](std::size_t, cudaStream_t stream) {
        const CudaFp8Rows call{x.get(), rows, width, width, codes.get(), scales.get()};
        return library.fp8Rows(&call, stream);
    });
    printFigure(kind.name, "8192 rows of x to FP8", 3.0 * static_cast<double>(rows * width),
                rowsUs);
}

// One row over weights of bf16, beside nothing: cuBLAS is measured where the model is.
void benchBf16Row(const GemmLibrary& library, const Model& model) {
    double layerUs = 0, layerBytes = 0;
    for (const Shape& size : model.shapes) {
        const std::int64_t values = size.outputs * size.inputs;
        const std::int64_t copies = std::max<std::int64_t>(2, 200000000 / values + 1);
        DeviceArray<std::uint16_t> weights(static_cast<std::size_t>(copies * values)),
            x(static_cast<std::size_t>(size.inputs)), out(static_cast<std::size_t>(size.outputs));
        weights.fill(0x3c);
        x.fill(0x3c);
        const double us =
            microsecondsInGraph(static_cast<int>(copies), [&](std::size_t i, cudaStream_t stream) {
                CudaBf16Row call;
                call.weights = weights.get() + static_cast<std::int64_t>(i) % copies * values;
                call.weightStride = call.inputs = size.inputs;
                call.outputs = size.outputs;
                call.x = x.get();
                call.out = out.get();
                return library.bf16Row(&call, stream);
            });
        const double bytes = 2.0 * static_cast<double>(values);
        printFigure("bf16", size.name, bytes, us);
        layerUs += us;
        layerBytes += bytes;
    }
    std::printf("gemm: %-28s %s: all %d layers measured %.2f ms, x%.2f of %.2f GB at 4.8 TB/s\n",
                "bf16", model.name, model.layers, model.layers * layerUs / 1e3,
                layerUs / (layerBytes / kBytesPerUs), model.layers * layerBytes / 1e9);
}

// A layer's token over an 8-bit cache of n held ones, 28/4 heads of 128 (7B), and what a prefill
// does with it.
void benchCache(const GemmLibrary& library, std::int64_t n) {
    constexpr int kHeads = 28, kKvHeads = 4, kDim = 128;
    const std::int64_t capacity = n + 4;
    constexpr std::size_t kCopies = 8;  // of both sides: 270 MB at 32K tokens

    struct Cache {
        DeviceArray<std::int8_t> codes[2];
        DeviceArray<float> scales[2];
    };

    std::vector<Cache> caches(kCopies);
    for (Cache& cache : caches)
        for (int side = 0; side < 2; ++side) {
            cache.codes[side] =
                DeviceArray<std::int8_t>(static_cast<std::size_t>(kKvHeads * capacity * kDim));
            cache.scales[side] = DeviceArray<float>(static_cast<std::size_t>(kKvHeads * capacity));
            cache.codes[side].fill(0x21);
            cache.scales[side].fill(0x3c);
        }
    const auto headsOf = [&](const Cache& cache, int side) {
        return Int8Heads{cache.codes[side].get(), capacity * kDim, kDim, cache.scales[side].get(),
                         capacity};
    };
    DeviceArray<std::uint16_t> q(kHeads * kDim), out(kHeads * kDim);
    DeviceArray<float> angles(kDim);
    q.fill(0);
    angles.fill(0);
    const DeviceArray<std::int64_t> held(std::vector<std::int64_t>{n});
    CudaInt8DecodeInputs call;
    call.shape = {kHeads, kKvHeads, kDim, 1, capacity, true, 0.088f, Dtype::kBfloat16};
    call.q = call.k = call.v = q.get();
    call.cos = call.sin = angles.get();
    call.held = held.get();
    call.out = out.get();
    DeviceArray<char> workspace(library.decodeWorkspaceBytes(&call.shape));
    const double us = microsecondsInGraph(16, [&](std::size_t i, cudaStream_t stream) {
        CudaInt8DecodeInputs own = call;
        own.keys = headsOf(caches[i % kCopies], 0);
        own.values = headsOf(caches[i % kCopies], 1);
        return library.int8Decode(&own, {workspace.get(), workspace.size()}, stream);
    });
    const double bytes = 2.0 * kKvHeads * static_cast<double>(n) * (kDim + 4);
    const std::string tokens = std::to_string(n / 1024) + "K tokens";
    std::printf(
        "gemm: %-28s %-34s predicted %7.1f us, measured %7.1f us, x%.2f of its %.1f MB at "
        "4.8 TB/s\n",
        "8-bit cache", ("one token over " + tokens).c_str(), bytes / kReachedPerUs + 11, us,
        us / (bytes / kBytesPerUs), bytes / 1e6);
    DeviceArray<std::uint16_t> plain(static_cast<std::size_t>(kKvHeads * n * kDim));
    plain.fill(0x3c);
    for (const bool packs : {true, false}) {
        const double moved = microsecondsInGraph(16, [&](std::size_t i, cudaStream_t stream) {
            CudaInt8Tokens own;
            own.heads = kKvHeads;
            own.headDim = kDim;
            own.tokens = n;
            own.plain = {plain.get(), n * kDim, kDim};
            own.packed = headsOf(caches[i / 2 % kCopies], static_cast<int>(i % 2));
            return packs ? library.int8Pack(&own, stream) : library.int8Unpack(&own, stream);
        });
        printFigure("8-bit cache", (packs ? "pack " : "unpack ") + tokens,
                    kKvHeads * static_cast<double>(n) * (3 * kDim + 4), moved);
    }
}

}  // namespace
}  // namespace reelquery::test

int main(int argc, char** argv) {
    using namespace reelquery;
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
        std::printf("skipped: no CUDA device here\n");
        return 77;
    }
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s LIBRARY [--cache | [--like 2b] [KIND...]]\n", argv[0]);
        return 2;
    }
    const auto library = test::openGemmLibrary(argv[1]);
    if (!library.complete()) return 1;
    const test::Model* model = &test::kModels[0];
    std::vector<std::string> wanted;
    for (int i = 2; i < argc; ++i) {
        if (std::strcmp(argv[i], "--like") == 0 && i + 1 < argc) {
            if (std::strcmp(argv[++i], "2b") == 0) model = &test::kModels[1];
        } else if (std::strcmp(argv[i], "--cache") == 0) {
            for (const std::int64_t n : {32768, 131072}) test::benchCache(library, n);
            return 0;
        } else {
            wanted.emplace_back(argv[i]);
        }
    }
    if (wanted.empty()) test::benchBf16Row(library, *model);
    if (wanted.empty())
        wanted = {"int4 g128 zeros",  "int8 g128", "fp8 channel",
                  "fp8 blocks, bf16", "Q4_K",      "Q6_K"};
    for (const test::SampleKind& kind : test::sampleKinds())
        for (const std::string& name : wanted)
            if (std::string(kind.name).rfind(name, 0) == 0) {
                test::benchKind(library, *model, kind);
                break;
            }
    return 0;
}
