#pragma once
// The keys and values of one key/value head in the panels that the tile kernels read.

#include <cstdint>

#include "kernels/attention_params.h"
#include "kernels/cpu/tile_kernels.h"
#include "kernels/cpu/workspace.h"

namespace reelquery::kernels {

/// Sizes of one packed block of 128 keys.
struct PanelShape {
    int qUnits = 0;        ///< units of one query or key
    int valueColumns = 0;  ///< D padded to whole panels
    std::size_t kUnits = 0;
    std::size_t vUnits = 0;

    PanelShape(const TileKernels& tiles, int headDim);
};

/// Packs one block of 128 keys; keys past the last are zero. The values' returns whether all of
/// them are finite.
void packKeyBlock(const AttentionInputs& inputs, const TileKernels& tiles, int kvHead,
                  std::int64_t block, std::uint32_t* out);
bool packValueBlock(const AttentionInputs& inputs, const TileKernels& tiles, int kvHead,
                    std::int64_t block, std::uint32_t* out);

/// Room for every block of one key/value head, reused from head to head.
class KvPanels {
  public:
    KvPanels(const AttentionInputs& inputs, const TileKernels& tiles, Workspace& workspace);

    /// Packs one block. Thread: any, different blocks may be packed together.
    void pack(int kvHead, std::int64_t block);

    const std::uint32_t* keys(std::int64_t block) const {
        return k_ + static_cast<std::size_t>(block) * shape_.kUnits;
    }

    const std::uint32_t* values(std::int64_t block) const {
        return v_ + static_cast<std::size_t>(block) * shape_.vUnits;
    }

    /// Whether a NaN or Inf is among the values of the block.
    bool spoiled(std::int64_t block) const { return spoiled_[block]; }

  private:
    const AttentionInputs& inputs_;
    const TileKernels& tiles_;
    PanelShape shape_;
    std::uint32_t* k_;
    std::uint32_t* v_;
    bool* spoiled_;  // [NK]
};

}  // namespace reelquery::kernels
