#include <algorithm>
#include <chrono>
#include <cmath>
#include <new>
#include <numeric>

#include "kernels/cpu/call_checks.h"
#include "kernels/cpu/cpu_attention.h"
#include "kernels/cpu/row_selection.h"
#include "kernels/cpu/score_tile.h"
#include "kernels/cpu/task_queue.h"

namespace reelquery::kernels {

namespace {

using Clock = std::chrono::steady_clock;

double msSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// One selection call: everything its tasks share.
class Selector {
  public:
    Selector(const AttentionInputs& inputs, const TileKernels& tiles, const SelectionParams& params,
             const CpuRun& run, BlockSelection& selection, std::vector<float>* masses)
        : inputs_(inputs),
          params_(params),
          run_(run),
          out_(selection),
          masses_(masses),
          keys_(inputs, tiles, params.stride, run.workspace) {
        for (int w = 0; w < run.workers.count(); ++w)
            workers_.push_back(
                {ScoreTile(inputs, tiles, params.stride, params.pattern, keys_, run.workspace),
                 RowSelection(), 0.0,
                 std::vector<float>(static_cast<std::size_t>(keyBlocks(inputs.shape)))});
    }

    void selectAll() {
        const AttentionShape& s = inputs_.shape;
        const std::int64_t blocksPerTile = ScoreTile::kPooledRows * params_.stride / kBlockSize;
        const std::int64_t firstTile = firstQueryBlock(s) / blocksPerTile;
        const std::int64_t tiles =
            (firstQueryBlock(s) + queryBlocks(s) - 1) / blocksPerTile - firstTile + 1;
        const int ratio = s.heads / s.kvHeads;
        for (int kvHead = 0; kvHead < s.kvHeads && !run_.stop.stop_requested(); ++kvHead) {
            runTasks(run_.workers, keys_.panels(), run_.stop,
                     [&](int, std::int64_t panel) { keys_.pack(kvHead, panel); });
            runTasks(run_.workers, tiles * ratio, run_.stop, [&](int worker, std::int64_t n) {
                // Later rows see more keys and take longest: they go first.
                const std::int64_t tile = firstTile + tiles - 1 - n / ratio;
                selectTile(workers_[static_cast<std::size_t>(worker)],
                           kvHead * ratio + static_cast<int>(n % ratio), tile, blocksPerTile);
            });
        }
    }

    // Mean over the workers of the time spent choosing.
    double selectMs() const {
        return std::accumulate(workers_.begin(), workers_.end(), 0.0,
                               [](double sum, const Worker& w) { return sum + w.selectMs; }) /
               static_cast<double>(workers_.size());
    }

  private:
    struct Worker {
        ScoreTile score;
        RowSelection rows;
        double selectMs = 0;
        std::vector<float> mass;  // [NK]
    };

    double threshold(int head, std::int64_t block) const {
        const AttentionShape& s = inputs_.shape;
        const std::int64_t endQuery =
            std::min((block + 1) * kBlockSize, s.queryOffset() + s.queries);
        if (endQuery > params_.denseFromPosition) return 1;
        return params_.thresholdPerHead ? params_.thresholdPerHead[head] : params_.threshold;
    }

    void selectTile(Worker& worker, int head, std::int64_t tile, std::int64_t blocksPerTile) {
        const AttentionShape& s = inputs_.shape;
        const std::int64_t first = std::max(tile * blocksPerTile, firstQueryBlock(s));
        const std::int64_t end =
            std::min((tile + 1) * blocksPerTile, firstQueryBlock(s) + queryBlocks(s));
        bool scored = masses_ != nullptr;
        for (std::int64_t block = first; block < end; ++block) scored |= threshold(head, block) < 1;
        if (scored) worker.score.score(head, tile);
        for (std::int64_t block = first; block < end; ++block)
            selectRow(worker, head, block, scored);
    }

    void selectRow(Worker& worker, int head, std::int64_t block, bool scored) {
        const AttentionShape& s = inputs_.shape;
        const std::int64_t row = head * out_.rows + block - firstQueryBlock(s);
        const std::int64_t visible = s.causal ? block + 1 : out_.pitch;
        if (scored) worker.score.blockMass(block, worker.mass.data());
        if (masses_)
            std::copy(worker.mass.begin(), worker.mass.end(),
                      masses_->begin() + static_cast<std::ptrdiff_t>(row * out_.pitch));
        const auto start = Clock::now();
        RowRule rule;
        rule.self = block;
        rule.sinkEnd = params_.sinkBlocks;
        rule.recentBegin = s.causal ? block + 1 - params_.recentBlocks : visible;
        rule.threshold = threshold(head, block);
        out_.counts[static_cast<std::size_t>(row)] = worker.rows.choose(
            worker.mass.data(), visible, rule, out_.columns.data() + row * out_.pitch);
        out_.keptShare[static_cast<std::size_t>(row)] = worker.rows.keptShare();
        worker.selectMs += msSince(start);
    }

    const AttentionInputs& inputs_;
    const SelectionParams& params_;
    const CpuRun& run_;
    BlockSelection& out_;
    std::vector<float>* masses_;
    PooledKeys keys_;
    std::vector<Worker> workers_;
};

Status checkParams(const AttentionShape& shape, const SelectionParams& params) {
    if (!isScoreStride(params.stride))
        return {StatusCode::kUnsupported, "strides 4, 8 and 16 are supported"};
    if (params.sinkBlocks < 1 || params.recentBlocks < 1)
        return {StatusCode::kInvalidArgument, "sink and recent blocks must be at least 1"};
    if (keyBlocks(shape) > UINT16_MAX)
        return {StatusCode::kUnsupported, "too many keys for 16-bit block indices"};
    for (int h = 0; h < (params.thresholdPerHead ? shape.heads : 1); ++h) {
        const float tau = params.thresholdPerHead ? params.thresholdPerHead[h] : params.threshold;
        if (!(tau >= 0 && tau <= 1))
            return {StatusCode::kInvalidArgument, "thresholds must lie between 0 and 1"};
    }
    return {};
}

}  // namespace

Status selectBlocks(const AttentionInputs& inputs, const SelectionParams& params, const CpuRun& run,
                    BlockSelection& selection, std::vector<float>* masses) try {
    const auto start = Clock::now();
    Status status = checkInputs(inputs);
    if (status.ok()) status = checkParams(inputs.shape, params);
    if (!status.ok()) return status;
    const TileKernels* tiles = tilesFor(run.isa, inputs.shape.dtype);
    if (!tiles) return {StatusCode::kUnsupported, "this build lacks that instruction set"};

    const AttentionShape& s = inputs.shape;
    selection = {};
    selection.rows = queryBlocks(s);
    selection.pitch = keyBlocks(s);
    const std::size_t rows = static_cast<std::size_t>(s.heads * selection.rows);
    selection.columns.assign(rows * static_cast<std::size_t>(selection.pitch), 0);
    selection.counts.assign(rows, 0);
    selection.keptShare.assign(rows, 1.0f);
    if (masses) masses->assign(selection.columns.size(), 0.0f);
    if (rows == 0) return {};

    run.workspace.reset();
    Selector selector(inputs, *tiles, params, run, selection, masses);
    selector.selectAll();
    selection.selectMs = selector.selectMs();
    selection.scoreMs = std::max(0.0, msSince(start) - selection.selectMs);
    if (run.stop.stop_requested()) return {StatusCode::kCancelled, "stopped"};
    return {};

} catch (const std::bad_alloc&) {
    return {StatusCode::kOutOfMemory, "not enough memory for the block scores"};
}

}  // namespace reelquery::kernels
