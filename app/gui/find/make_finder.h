#pragma once
// The search in the open film, put into the window.

#include "app/gui/find/film_search.h"

namespace reelquery {

class MpvPlayer;
class PlayerView;
class WindowActions;

/// Makes the search and its bar, which go with `view`, and connects their commands; `showAnswer`
/// brings an answer on screen. All outlive the view. Thread: GUI.
void makeFinder(FilmSearchParts parts, MpvPlayer& player, PlayerView& view,
                const WindowActions& actions, std::function<void(const AnswerPlace&)> showAnswer);

}  // namespace reelquery
