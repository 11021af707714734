#pragma once
// Watching ahead as the engine sees it: what runs, and which request may go on from it.

#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "core/answer/answer_events.h"
#include "core/answer/ask_request.h"

namespace reelquery {

/// Whether a question goes on where watching for `watched` ends: the same video, model and
/// settings; words, earlier turns and how the answer is drawn are its own.
bool goesOnFrom(const AskRequest& watched, const AskRequest& question);

/// The watchings that wait or run. Not synchronised: guarded by its owner's mutex.
class Ahead {
  public:
    void begin(RequestId watching, AskRequest request);
    void end(RequestId watching);

    /// A request that needs the model is about to wait behind them. Returns those that have to stop
    /// for it. `mayLive`: whether one need not, looking at what it watches. `isHeir`: the request
    /// goes on from what may live; a watching with an heir is not stopped for others.
    std::vector<RequestId> makeWay(RequestId newcomer,
                                   const std::function<bool(const AskRequest&)>& mayLive,
                                   bool isHeir);

    /// The watching that a person's stop of `request` has to stop, too: the request is its heir.
    std::optional<RequestId> stoppedWith(RequestId request) const;

    /// Who hears of the watching's progress as of his own; 0: nobody.
    RequestId heir(RequestId watching) const;

    /// Whether this request waited as an heir; asked once, when it begins.
    bool takeWaited(RequestId request) { return waited_.erase(request) > 0; }

  private:
    struct Watching {
        RequestId id = 0;
        AskRequest request;
        RequestId heir = 0;
    };

    std::vector<Watching> all_;   // in order
    std::set<RequestId> waited_;  // heirs that have not begun
};

}  // namespace reelquery
