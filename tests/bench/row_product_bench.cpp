// Products of one row with a matrix, in bytes of weights a second beside the rate at which the same
// threads read memory, measured in turn: row_product_bench [threads [rounds [instruction set]]].
// Shapes are those of Qwen2-VL-2B's layers. Each format's weights take more than the caches hold.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "kernels/cpu/row_product.h"
#include "kernels/cpu/thread_workers.h"

namespace {

using namespace reelquery::kernels;

struct Case {
    const char* name;
    WeightFormat format;
    double bytesPerValue;  // without scales
    std::int64_t blockValues, blockBytes;
};

constexpr Case kCases[] = {
    {"bf16", WeightFormat::kBf16, 2, 0, 0},        {"int8 g128", WeightFormat::kInt8, 1, 0, 0},
    {"int4 g128", WeightFormat::kInt4, 0.5, 0, 0}, {"fp8", WeightFormat::kFp8, 1, 0, 0},
    {"Q8_0", WeightFormat::kQ8_0, 0, 32, 34},      {"Q4_K", WeightFormat::kQ4_K, 0, 256, 144},
    {"Q5_K", WeightFormat::kQ5_K, 0, 256, 176},    {"Q6_K", WeightFormat::kQ6_K, 0, 256, 210}};

constexpr std::int64_t kInputs = 1536;
constexpr std::int64_t kMatrixBytes = std::int64_t{256} << 20;

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// The best rate of some rounds, bytes a second.
template <class Work>
double bestRate(int rounds, std::int64_t bytes, const Work& work) {
    double best = 0;
    for (int i = 0; i < rounds; ++i) {
        const double start = seconds();
        work();
        best = std::max(best, static_cast<double>(bytes) / (seconds() - start));
    }
    return best;
}

std::uint64_t sumOf(const std::uint8_t* from, std::int64_t bytes) {
    std::uint64_t sums[8] = {};
    const auto* words = reinterpret_cast<const std::uint64_t*>(from);
    for (std::int64_t i = 0; i + 8 <= bytes / 8; i += 8) {
        for (int lane = 0; lane < 8; ++lane) sums[lane] += words[i + lane];
    }
    std::uint64_t sum = 0;
    for (const std::uint64_t each : sums) sum += each;
    return sum;
}

/// One that this processor has; ends the program otherwise.
CpuIsa isaNamed(const std::string& name) {
    for (const CpuIsa isa :
         {CpuIsa::kGeneric, CpuIsa::kAvx2, CpuIsa::kAvx512, CpuIsa::kAvx512Bf16}) {
        if (cpuIsaName(isa) == name && isa <= bestCpuIsa()) return isa;
    }
    std::fprintf(stderr, "this processor has no %s\n", name.c_str());
    std::exit(2);
}

}  // namespace

int main(int count, char** words) {
    const int threads = count > 1 ? std::atoi(words[1]) : 2;
    const int rounds = count > 2 ? std::atoi(words[2]) : 5;
    const CpuIsa isa = count > 3 ? isaNamed(words[3]) : bestCpuIsa();
    ThreadWorkers workers(threads);
    std::mt19937 random(1);
    std::vector<std::uint8_t> memory(kMatrixBytes + 8192);
    for (std::size_t i = 0; i + 4 <= memory.size(); i += 4) {
        // Ordinary numbers in every format: no subnormals, which cost a hundredfold.
        const std::uint32_t word = (random() & 0x3f3f3f3fu) | 0x20202020u;
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&word), 4, &memory[i]);
    }
    std::vector<std::uint16_t> x(kInputs, 0x3f80);
    volatile std::uint64_t sink = 0;
    std::printf("%s, %d threads, best of %d\n", cpuIsaName(isa), threads, rounds);
    std::printf("%-10s %10s %10s %8s\n", "weights", "GB/s", "read GB/s", "share");
    for (const Case& each : kCases) {
        WeightRows rows;
        rows.format = each.format;
        rows.words = memory.data();
        rows.inputs = kInputs;
        rows.rowBytes = each.blockValues ? kInputs / each.blockValues * each.blockBytes
                                         : static_cast<std::int64_t>(kInputs * each.bytesPerValue);
        rows.outputs = kMatrixBytes / rows.rowBytes;
        std::vector<float> scales;
        std::vector<std::uint16_t> halves;
        std::int64_t bytes = rows.outputs * rows.rowBytes;
        if (each.format == WeightFormat::kFp8) {
            rows.blockRows = 1;
            rows.blockColumns = kInputs;
            rows.scaleColumns = 1;
            scales.assign(static_cast<std::size_t>(rows.outputs), 0.01F);
            rows.scales = scales.data();
        } else if (!each.blockValues && each.format != WeightFormat::kBf16) {
            rows.groupSize = 128;
            rows.groups = kInputs / 128;
            halves.assign(static_cast<std::size_t>(rows.outputs * rows.groups), 0x2100);
            rows.scales = halves.data();
            rows.halfScales = 1;
            bytes += rows.outputs * rows.groups * 2;
        }
        std::vector<float> y(static_cast<std::size_t>(rows.outputs));
        const double read = bestRate(rounds, kMatrixBytes, [&] {
            workers.run([&](int worker) {
                const std::int64_t share = kMatrixBytes / threads;
                sink = sink + sumOf(memory.data() + worker * share, share);
            });
        });
        const double rate = bestRate(
            rounds, bytes, [&] { multiplyRow(workers, isa, rows, x.data(), true, y.data()); });
        std::printf("%-10s %10.1f %10.1f %8.2f\n", each.name, rate * 1e-9, read * 1e-9,
                    rate / read);
        std::fflush(stdout);
    }
    return 0;
}
