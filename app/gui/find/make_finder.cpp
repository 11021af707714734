#include "app/gui/find/make_finder.h"

#include <QAction>
#include <utility>

#include "app/gui/find/find_bar.h"
#include "app/gui/look/make.h"
#include "app/gui/player/player_view.h"
#include "app/gui/player/timeline_view.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

void makeFinder(FilmSearchParts parts, MpvPlayer& player, PlayerView& view,
                const WindowActions& actions, std::function<void(const AnswerPlace&)> showAnswer) {
    auto* search = make<FilmSearch>(std::move(parts), &view);
    auto* bar = make<FindBar>(*search, player, &view);
    view.addBar(*bar);
    QObject::connect(bar, &FindBar::found, &view.timeline(), &TimelineView::setHits);
    QObject::connect(bar, &FindBar::answerRequested, bar, std::move(showAnswer));
    QObject::connect(actions.at(ActionId::kFind), &QAction::triggered, bar, &FindBar::open);
    QObject::connect(actions.at(ActionId::kFindNext), &QAction::triggered, bar,
                     [bar] { bar->go(true); });
    QObject::connect(actions.at(ActionId::kFindPrevious), &QAction::triggered, bar,
                     [bar] { bar->go(false); });
}

}  // namespace reelquery
