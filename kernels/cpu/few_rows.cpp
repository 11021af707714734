#include "kernels/cpu/few_rows.h"

#include <algorithm>
#include <vector>

#include "kernels/block_layout.h"
#include "kernels/cpu/kv_panels.h"
#include "kernels/cpu/query_tile.h"
#include "kernels/cpu/task_queue.h"

namespace reelquery::kernels {

namespace {

// A part smaller than this does not pay for its merge.
constexpr std::int64_t kMinBlocksPerPart = 4;

// One worker's copy of the block it attends to.
struct PackedBlock {
    std::uint32_t* k = nullptr;
    std::uint32_t* v = nullptr;
};

int ratioOf(const AttentionShape& shape) {
    return shape.heads / shape.kvHeads;
}

void startTile(const AttentionInputs& inputs, int kvHead, QueryTile& tile) {
    const AttentionShape& s = inputs.shape;
    const int queries = static_cast<int>(s.queries), ratio = ratioOf(s);
    tile.start(ratio * queries);
    for (int i = 0; i < ratio; ++i)
        tile.setQueries(i * queries, headRows(inputs.q, s, kvHead * ratio + i, 0, queries));
}

// Fills limits() for one block; returns whether any row sees less than all of it.
bool setLimits(const AttentionShape& s, std::int64_t block, QueryTile& tile) {
    const std::int64_t firstKey = block * kBlockSize;
    bool limited = false;
    for (int i = 0, row = 0; i < ratioOf(s); ++i) {
        for (std::int64_t query = 0; query < s.queries; ++query, ++row) {
            const std::int64_t end = s.causal ? s.queryOffset() + query + 1 : s.keys;
            const std::int64_t sees = std::clamp<std::int64_t>(end - firstKey, 0, kBlockSize);
            tile.limits()[row] = static_cast<std::int32_t>(sees);
            limited |= sees < kBlockSize;
        }
    }
    return limited;
}

}  // namespace

bool hasFewRows(const AttentionShape& shape) {
    return shape.queries * ratioOf(shape) <= QueryTile::kMaxRows;
}

void attendFewRows(const AttentionInputs& inputs, const TileKernels& tiles,
                   const MutableHeadsView& out, const CpuRun& run) {
    const AttentionShape& s = inputs.shape;
    const PanelShape panels(tiles, s.headDim);
    const int workers = run.workers.count();
    const int rows = static_cast<int>(s.queries) * ratioOf(s);
    const std::int64_t blocks = keyBlocks(s);
    // Four parts a worker keep the last ones short.
    const std::int64_t parts =
        std::clamp<std::int64_t>((4 * workers + s.kvHeads - 1) / s.kvHeads, 1,
                                 std::max<std::int64_t>(blocks / kMinBlocksPerPart, 1));
    std::vector<PackedBlock> packed;
    for (int w = 0; w < workers; ++w)
        packed.push_back({run.workspace.take<std::uint32_t>(panels.kUnits),
                          run.workspace.take<std::uint32_t>(panels.vUnits)});
    std::vector<QueryTile> tile;
    tile.reserve(static_cast<std::size_t>(s.kvHeads * parts));
    for (std::int64_t n = 0; n < s.kvHeads * parts; ++n)
        tile.emplace_back(tiles, s, run.workspace, rows);

    runTasks(run.workers, s.kvHeads * parts, run.stop, [&](int worker, std::int64_t n) {
        const int kvHead = static_cast<int>(n / parts);
        const std::int64_t part = n % parts;
        QueryTile& mine = tile[static_cast<std::size_t>(n)];
        const PackedBlock& block = packed[static_cast<std::size_t>(worker)];
        startTile(inputs, kvHead, mine);
        for (std::int64_t j = part * blocks / parts; j < (part + 1) * blocks / parts; ++j) {
            packKeyBlock(inputs, tiles, kvHead, j, block.k);
            const bool finite = packValueBlock(inputs, tiles, kvHead, j, block.v);
            mine.addBlock(block.k, block.v, setLimits(s, j, mine), !finite);
        }
    });
    if (run.stop.stop_requested()) return;

    for (int kvHead = 0; kvHead < s.kvHeads; ++kvHead) {
        QueryTile& whole = tile[static_cast<std::size_t>(kvHead * parts)];
        for (std::int64_t part = 1; part < parts; ++part)
            whole.merge(tile[static_cast<std::size_t>(kvHead * parts + part)]);
        for (int i = 0; i < ratioOf(s); ++i)
            whole.write(i * static_cast<int>(s.queries), static_cast<int>(s.queries), out, s.dtype,
                        kvHead * ratioOf(s) + i, 0);
    }
}

}  // namespace reelquery::kernels
