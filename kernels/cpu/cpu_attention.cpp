#include "kernels/cpu/cpu_attention.h"

#include <algorithm>
#include <new>

#include "kernels/cpu/call_checks.h"
#include "kernels/cpu/few_rows.h"
#include "kernels/cpu/kv_panels.h"
#include "kernels/cpu/query_tile.h"
#include "kernels/cpu/task_queue.h"

namespace reelquery::kernels {

namespace {

// Attention of one query block: a head's row of the block lists.
struct RowTask {
    int head = 0;
    std::int64_t row = 0;    // query block, counted from the first one
    std::int64_t count = 0;  // key blocks to attend to
};

// The blocks of every row: all visible ones where lists is null.
class BlockRows {
  public:
    BlockRows(const AttentionShape& shape, const BlockLists* lists)
        : shape_(shape), lists_(lists) {}

    // Key blocks that a row sees.
    std::int64_t visible(std::int64_t row) const {
        return shape_.causal ? firstQueryBlock(shape_) + row + 1 : keyBlocks(shape_);
    }

    std::int64_t count(int head, std::int64_t row) const {
        return lists_ ? lists_->counts[head * queryBlocks(shape_) + row] : visible(row);
    }

    std::int64_t block(const RowTask& task, std::int64_t n) const {
        if (!lists_) return n;
        return lists_->columns[(task.head * queryBlocks(shape_) + task.row) * lists_->pitch + n];
    }

    // The rows of the query heads that share a key/value head, longest first.
    std::vector<RowTask> tasksOf(int kvHead) const {
        const int ratio = shape_.heads / shape_.kvHeads;
        std::vector<RowTask> tasks;
        for (std::int64_t row = queryBlocks(shape_) - 1; row >= 0; --row)
            for (int head = kvHead * ratio; head < (kvHead + 1) * ratio; ++head)
                tasks.push_back({head, row, count(head, row)});
        std::stable_sort(tasks.begin(), tasks.end(),
                         [](const RowTask& a, const RowTask& b) { return a.count > b.count; });
        return tasks;
    }

    // Key blocks that any of the tasks needs.
    std::vector<std::int64_t> blocksOf(const std::vector<RowTask>& tasks) const {
        std::vector<bool> needed(static_cast<std::size_t>(keyBlocks(shape_)), !lists_);
        std::vector<std::int64_t> blocks;
        for (const RowTask& task : tasks)
            for (std::int64_t n = 0; lists_ && n < task.count; ++n)
                if (block(task, n) < visible(task.row))
                    needed[static_cast<std::size_t>(block(task, n))] = true;
        for (std::size_t j = 0; j < needed.size(); ++j)
            if (needed[j]) blocks.push_back(static_cast<std::int64_t>(j));
        return blocks;
    }

  private:
    const AttentionShape& shape_;
    const BlockLists* lists_;
};

void attendRow(const AttentionInputs& inputs, const BlockRows& rows, const RowTask& task,
               const KvPanels& panels, QueryTile& tile, const MutableHeadsView& out) {
    const AttentionShape& s = inputs.shape;
    const std::int64_t self = firstQueryBlock(s) + task.row;
    const std::int64_t first = std::max(self * kBlockSize, s.queryOffset()) - s.queryOffset();
    const std::int64_t end = std::min((self + 1) * kBlockSize - s.queryOffset(), s.queries);
    const int count = static_cast<int>(end - first);
    tile.start(count);
    tile.setQueries(0, headRows(inputs.q, s, task.head, first, count));
    for (std::int64_t n = 0; n < task.count; ++n) {
        const std::int64_t block = rows.block(task, n);
        if (block >= rows.visible(task.row)) continue;
        const std::int64_t keys = s.keys - block * kBlockSize;
        const bool diagonal = s.causal && block == self;
        const bool limited = diagonal || keys < kBlockSize;
        for (int r = 0; limited && r < count; ++r)
            tile.limits()[r] = static_cast<std::int32_t>(
                diagonal ? s.queryOffset() + first + r + 1 - block * kBlockSize : keys);
        tile.addBlock(panels.keys(block), panels.values(block), limited, panels.spoiled(block));
    }
    tile.write(0, count, out, s.dtype, task.head, first);
}

// Both kinds of attention. One key/value head at a time: its panels fit a memory budget that all
// heads together would not, and the query heads that share them run side by side.
void attendBlocks(const AttentionInputs& inputs, const BlockLists* lists, const TileKernels& tiles,
                  const MutableHeadsView& out, const CpuRun& run) {
    const BlockRows rows(inputs.shape, lists);
    KvPanels panels(inputs, tiles, run.workspace);
    std::vector<QueryTile> tile;
    for (int w = 0; w < run.workers.count(); ++w)
        tile.emplace_back(tiles, inputs.shape, run.workspace);
    for (int kvHead = 0; kvHead < inputs.shape.kvHeads; ++kvHead) {
        const std::vector<RowTask> tasks = rows.tasksOf(kvHead);
        const std::vector<std::int64_t> blocks = rows.blocksOf(tasks);
        runTasks(
            run.workers, static_cast<std::int64_t>(blocks.size()), run.stop,
            [&](int, std::int64_t n) { panels.pack(kvHead, blocks[static_cast<std::size_t>(n)]); });
        runTasks(run.workers, static_cast<std::int64_t>(tasks.size()), run.stop,
                 [&](int worker, std::int64_t n) {
                     attendRow(inputs, rows, tasks[static_cast<std::size_t>(n)], panels,
                               tile[static_cast<std::size_t>(worker)], out);
                 });
        if (run.stop.stop_requested()) return;
    }
}

Status attend(const AttentionInputs& inputs, const BlockLists* lists, const MutableHeadsView& out,
              const CpuRun& run) try {
    const Status checked = checkInputs(inputs);
    if (!checked.ok()) return checked;
    if (!out.data) return {StatusCode::kInvalidArgument, "the output pointer is null"};
    const TileKernels* tiles = tilesFor(run.isa, inputs.shape.dtype);
    if (!tiles) return {StatusCode::kUnsupported, "this build lacks that instruction set"};
    if (inputs.shape.queries == 0) return {};
    run.workspace.reset();
    if (!lists && hasFewRows(inputs.shape))
        attendFewRows(inputs, *tiles, out, run);
    else
        attendBlocks(inputs, lists, *tiles, out, run);
    if (run.stop.stop_requested()) return {StatusCode::kCancelled, "stopped"};
    return {};

} catch (const std::bad_alloc&) {
    return {StatusCode::kOutOfMemory, "not enough memory for the attention workspace"};
}

}  // namespace

Status denseAttention(const AttentionInputs& inputs, const MutableHeadsView& out,
                      const CpuRun& run) {
    return attend(inputs, nullptr, out, run);
}

Status sparseAttention(const AttentionInputs& inputs, const BlockLists& lists,
                       const MutableHeadsView& out, const CpuRun& run) {
    if (!lists.columns || !lists.counts)
        return {StatusCode::kInvalidArgument, "the block lists are null"};
    return attend(inputs, &lists, out, run);
}

}  // namespace reelquery::kernels
