// Times the CUDA library: dense, score + select, block-sparse at uniform random densities,
// decoding, a question's few rows over a cache; with --rows the steps between the matrix products.
// Usage: attention_gpu_bench LIBRARY
// [--rows] [--path portable] [--dim D] [--heads H KV] K_TOKENS... bf16, causal, batch 1,
// token-major inputs, random normal; medians over CUDA events after warm-up. FLOP of dense
// attention: 2 N^2 D H. Exit: 77 where there is no device.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "kernels/block_layout.h"
#include "tests/bench/median_ms.cuh"
#include "tests/bench/row_steps_bench.cuh"
#include "tests/gpu/cuda_library.h"
#include "tests/gpu/device_memory.h"
#include "tests/gpu/gpu_inputs.cuh"

namespace reelquery::test {
namespace {

using namespace kernels;

/// Uniform random lists; every row holds its diagonal.
struct RandomLists {
    DeviceArray<std::uint16_t> columns;
    DeviceArray<std::int32_t> counts;
    std::int64_t pitch = 0;
    double density = 0;

    RandomLists(const AttentionShape& s, double wanted) : pitch(keyBlocks(s)) {
        std::mt19937 random(7);
        const std::int64_t rows = queryBlocks(s);
        std::vector<std::uint16_t> list(static_cast<std::size_t>(s.heads * rows * pitch));
        std::vector<std::int32_t> count;
        double kept = 0, visible = 0;
        for (std::int64_t row = 0; row < s.heads * rows; ++row) {
            const std::int64_t self = row % rows;
            std::int32_t n = 0;
            std::int64_t j = -1;
            while (true) {  // gaps between kept blocks are geometric
                j += 1 + static_cast<std::int64_t>(std::log((random() + 0.5) / 4294967296.0) /
                                                   std::log1p(-wanted));
                if (j >= self) break;
                list[static_cast<std::size_t>(row * pitch + n++)] = static_cast<std::uint16_t>(j);
            }
            list[static_cast<std::size_t>(row * pitch + n++)] = static_cast<std::uint16_t>(self);
            count.push_back(n);
            kept += n;
            visible += static_cast<double>(self) + 1;
        }
        density = kept / visible;
        columns = DeviceArray<std::uint16_t>(list);
        counts = DeviceArray<std::int32_t>(count);
    }
};

struct Settings {
    int heads = 28;
    int kvHeads = 4;
    int dim = 128;
    CudaPath path = CudaPath::kAuto;
};

void benchLength(const CudaLibrary& library, const Settings& settings, std::int64_t n) {
    const AttentionShape s{settings.heads,
                           settings.kvHeads,
                           settings.dim,
                           n,
                           n,
                           true,
                           1 / std::sqrt(static_cast<float>(settings.dim)),
                           Dtype::kBfloat16};
    const GpuInputs inputs(s, Layout::kTokenMajor, 3, 0);
    const AttentionInputs call = inputs.get();
    DeviceArray<std::uint16_t> out(static_cast<std::size_t>(s.heads * n * s.headDim));
    const MutableHeadsView outView{out.get(), s.headDim, std::int64_t{s.heads} * s.headDim};
    SelectionParams params;
    std::size_t bytes = 0;
    for (const int stride : {16, 8}) {
        params.stride = stride;
        bytes = std::max(bytes, library.workspaceBytes(&s, &params, settings.path));
    }
    DeviceArray<char> workspace(bytes);
    const CudaWorkspace space{workspace.get(), workspace.size()};
    const double teraFlop =
        2.0 * static_cast<double>(n) * static_cast<double>(n) * s.headDim * s.heads / 1e12;
    const int runs = n <= 65536 ? 5 : 3;

    const double dense = medianMs(
        [&] { return library.prefill(&call, nullptr, &outView, space, settings.path, nullptr); },
        runs);
    std::printf("%lldK D%d: dense %.3f ms %.0f TF/s", static_cast<long long>(n / 1024), s.headDim,
                dense, teraFlop / dense * 1e3);
    std::fflush(stdout);
    DeviceArray<std::uint16_t> columns(
        static_cast<std::size_t>(s.heads * queryBlocks(s) * keyBlocks(s)));
    DeviceArray<std::int32_t> counts(static_cast<std::size_t>(s.heads * queryBlocks(s)));
    const CudaSelection selection{columns.get(), counts.get(), keyBlocks(s), nullptr, nullptr};
    for (const int stride : {16, 8}) {
        params.stride = stride;
        const double ms = medianMs(
            [&] {
                return library.select(&call, &params, &selection, space, settings.path, nullptr);
            },
            runs);
        std::printf(" | select S%d %.3f ms (%.0f TF/s)", stride, ms,
                    teraFlop / (2 * stride) / ms * 1e3);
        std::fflush(stdout);
    }
    for (const double density : {0.07, 0.3, 0.5}) {
        const RandomLists lists(s, density);
        const BlockLists view{lists.columns.get(), lists.counts.get(), lists.pitch};
        const double ms = medianMs(
            [&] { return library.prefill(&call, &view, &outView, space, settings.path, nullptr); },
            runs);
        std::printf(" | r %.3f %.3f ms (x%.3f of r dense)", lists.density, ms,
                    ms / (lists.density * dense));
        std::fflush(stdout);
    }
    std::printf("\n");
}

// Attention of one token over n held ones, as a layer of the model asks for it.
void benchDecode(const CudaLibrary& library, const Settings& settings, std::int64_t n) {
    const AttentionShape s{settings.heads,
                           settings.kvHeads,
                           settings.dim,
                           1,
                           n,
                           true,
                           1 / std::sqrt(static_cast<float>(settings.dim)),
                           Dtype::kBfloat16};
    const GpuInputs cache(s, Layout::kCache, 3, 0);
    const AttentionInputs& in = cache.get();
    const auto row = static_cast<std::size_t>(s.heads * s.headDim);
    DeviceArray<std::uint16_t> q(row), out(row);
    q.fill(0);
    DeviceArray<float> angles(static_cast<std::size_t>(s.headDim));
    angles.fill(0);
    const DeviceArray<std::int64_t> held(std::vector<std::int64_t>{n});
    CudaDecodeInputs call;
    call.shape = s;
    call.shape.keys = n + kSpareTokens;
    call.q = call.k = call.v = q.get();
    call.cos = call.sin = angles.get();
    call.keys = {const_cast<void*>(in.k.data), in.k.headStride, in.k.tokenStride};
    call.values = {const_cast<void*>(in.v.data), in.v.headStride, in.v.tokenStride};
    call.held = held.get();
    call.out = out.get();
    DeviceArray<char> workspace(library.decodeWorkspaceBytes(&call.shape));
    // Ten in a row, as launching one costs as much as running it.
    constexpr int kCalls = 10;
    const double ms =
        medianMs(
            [&] {
                Status status;
                for (int i = 0; i < kCalls && status.ok(); ++i)
                    status = library.decode(&call, {workspace.get(), workspace.size()}, nullptr);
                return status;
            },
            7) /
        kCalls;
    const double gigabytes = 4.0 * static_cast<double>(n) * s.kvHeads * s.headDim / 1e9;
    std::printf("%lldK D%d: decode %.4f ms a layer, %.0f GB/s of keys and values\n",
                static_cast<long long>(n / 1024), s.headDim, ms, gigabytes / ms * 1e3);
}

// A follow-up's question: few rows over n keys of a cache (short prefill). Asked: at most three
// times what its bytes take at the 4 TB/s that an H200 reaches.
void benchQuestion(const CudaLibrary& library, const Settings& settings, std::int64_t rows,
                   std::int64_t n) {
    const AttentionShape s{settings.heads,
                           settings.kvHeads,
                           settings.dim,
                           rows,
                           n,
                           true,
                           1 / std::sqrt(static_cast<float>(settings.dim)),
                           Dtype::kBfloat16};
    const GpuInputs inputs(s, Layout::kCache, 3, 0);
    DeviceArray<std::uint16_t> out(static_cast<std::size_t>(s.heads * rows * s.headDim));
    const MutableHeadsView outView{out.get(), s.headDim, std::int64_t{s.heads} * s.headDim};
    DeviceArray<char> workspace(library.workspaceBytes(&s, nullptr, settings.path));
    constexpr int kCalls = 10;  // in a row, as launching one costs as much as running it
    const double ms = medianMs(
                          [&] {
                              Status status;
                              for (int i = 0; i < kCalls && status.ok(); ++i)
                                  status = library.prefill(&inputs.get(), nullptr, &outView,
                                                           {workspace.get(), workspace.size()},
                                                           settings.path, nullptr);
                              return status;
                          },
                          7) /
                      kCalls;
    const double bytes = 4.0 * static_cast<double>(n) * s.kvHeads * s.headDim;
    std::printf("%lldK D%d: %lld rows %.4f ms a layer, x%.2f of its bytes at 4 TB/s\n",
                static_cast<long long>(n / 1024), s.headDim, static_cast<long long>(rows), ms,
                ms / (bytes / 4e9));
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
    if (argc < 3) {
        std::fprintf(stderr,
                     "usage: %s LIBRARY [--rows] [--path portable] [--dim D] [--heads H KV] K...\n",
                     argv[0]);
        return 2;
    }
    const auto library = test::openCudaLibrary(argv[1]);
    if (!library.complete()) return 1;
    test::Settings settings;
    for (int i = 2; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--path" && i + 1 < argc) {
            settings.path = std::string(argv[++i]) == "portable" ? kernels::CudaPath::kPortable
                                                                 : kernels::CudaPath::kHopper;
        } else if (word == "--rows") {
            test::benchRowSteps(library);
        } else if (word == "--dim" && i + 1 < argc) {
            settings.dim = std::atoi(argv[++i]);
        } else if (word == "--heads" && i + 2 < argc) {
            settings.heads = std::atoi(argv[++i]);
            settings.kvHeads = std::atoi(argv[++i]);
        } else {
            const std::int64_t tokens = std::int64_t{1024} * std::atoi(word.c_str());
            test::benchLength(library, settings, tokens);
            test::benchDecode(library, settings, tokens);
            for (const int rows : {1, 30, 128})
                test::benchQuestion(library, settings, rows, tokens);
        }
    }
    return 0;
}
