#pragma once
// Icons drawn from SVG files in the text colour of the palette, so that they follow the theme.

#include <QIcon>
#include <QPalette>
#include <QString>

namespace reelquery {

/// The icon resources/icons/<name>.svg in the colour of a role. It is redrawn for every size and
/// palette.
QIcon paletteIcon(const QString& name, QPalette::ColorRole role = QPalette::ButtonText);

}  // namespace reelquery
