#pragma once
// Making child widgets: Qt's parents own their children, so the pointer given back is a borrowed
// one.

#include <QBoxLayout>
#include <QWidget>
#include <memory>
#include <utility>

namespace reelquery {

/// Makes a child. The last argument must be (or the child must soon get) its parent, which owns it.
template <class Child, class... Arguments>
Child* make(Arguments&&... arguments) {
    return std::make_unique<Child>(std::forward<Arguments>(arguments)...).release();
}

/// Layouts without margins, the usual case inside panels.
inline QHBoxLayout* rowLayout(QWidget* owner, int spacing) {
    auto* layout = make<QHBoxLayout>(owner);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing);
    return layout;
}

inline QVBoxLayout* columnLayout(QWidget* owner, int spacing) {
    auto* layout = make<QVBoxLayout>(owner);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing);
    return layout;
}

}  // namespace reelquery
