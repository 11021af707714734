#pragma once
// How far the program may run ahead of a card. Internal to core/model.

#include <c10/core/Event.h>

#include <cstddef>
#include <vector>

namespace reelquery {

/// Launching a layer takes a tenth of the time that the card needs for it. Left alone the program
/// would be a whole chunk ahead: its progress untrue, and a stop seen only when all that is done.
/// With a few layers in the queue the card never waits either. Confined to one thread.
class CardPace {
  public:
    /// card: -1 for the CPU, where there is nothing to keep pace with.
    explicit CardPace(int card);

    /// Ends a layer on torch's current stream; returns once the card is through with all but the
    /// last few of them.
    void endLayer();

  private:
    int card_;
    std::vector<c10::Event> ends_;  // of the latest layers, the oldest at next_
    std::size_t next_ = 0;
};

}  // namespace reelquery
