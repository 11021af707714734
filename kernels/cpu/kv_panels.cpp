#include "kernels/cpu/kv_panels.h"

#include <algorithm>

#include "kernels/block_layout.h"
#include "kernels/cpu/packing.h"

namespace reelquery::kernels {

static_assert(kTileKeys == kBlockSize);

namespace {

int keysIn(const AttentionShape& shape, std::int64_t block) {
    return static_cast<int>(std::min<std::int64_t>(kBlockSize, shape.keys - block * kBlockSize));
}

}  // namespace

PanelShape::PanelShape(const TileKernels& tiles, int headDim)
    : qUnits(unitsFor(headDim, tiles.unitElements)),
      valueColumns((headDim + tiles.panelColumns - 1) / tiles.panelColumns * tiles.panelColumns),
      kUnits(static_cast<std::size_t>(qUnits) * kTileKeys),
      vUnits(static_cast<std::size_t>(valueColumns) * (kTileKeys / tiles.unitElements)) {}

void packKeyBlock(const AttentionInputs& inputs, const TileKernels& tiles, int kvHead,
                  std::int64_t block, std::uint32_t* out) {
    const int keys = keysIn(inputs.shape, block);
    const int units = unitsFor(inputs.shape.headDim, tiles.unitElements);
    for (int first = 0; first < kTileKeys; first += tiles.panelColumns) {
        const int rows = std::clamp(keys - first, 0, tiles.panelColumns);
        packTransposed(headRows(inputs.k, inputs.shape, kvHead, block * kBlockSize + first, rows),
                       tiles.unitElements, tiles.panelColumns, out);
        out += static_cast<std::size_t>(units) * tiles.panelColumns;
    }
}

bool packValueBlock(const AttentionInputs& inputs, const TileKernels& tiles, int kvHead,
                    std::int64_t block, std::uint32_t* out) {
    const SourceRows values =
        headRows(inputs.v, inputs.shape, kvHead, block * kBlockSize, keysIn(inputs.shape, block));
    packPanels(values, tiles.unitElements, tiles.panelColumns, kTileKeys, out);
    return allFinite(values);
}

KvPanels::KvPanels(const AttentionInputs& inputs, const TileKernels& tiles, Workspace& workspace)
    : inputs_(inputs),
      tiles_(tiles),
      shape_(tiles, inputs.shape.headDim),
      k_(workspace.take<std::uint32_t>(static_cast<std::size_t>(keyBlocks(inputs.shape)) *
                                       shape_.kUnits)),
      v_(workspace.take<std::uint32_t>(static_cast<std::size_t>(keyBlocks(inputs.shape)) *
                                       shape_.vUnits)),
      spoiled_(workspace.take<bool>(static_cast<std::size_t>(keyBlocks(inputs.shape)))) {}

void KvPanels::pack(int kvHead, std::int64_t block) {
    packKeyBlock(inputs_, tiles_, kvHead, block,
                 k_ + static_cast<std::size_t>(block) * shape_.kUnits);
    spoiled_[block] = !packValueBlock(inputs_, tiles_, kvHead, block,
                                      v_ + static_cast<std::size_t>(block) * shape_.vUnits);
}

}  // namespace reelquery::kernels
