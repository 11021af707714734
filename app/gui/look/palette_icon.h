#pragma once
// Icons drawn from SVG files in the text colour of the palette, so that they follow the theme.

#include <QIcon>
#include <QString>

namespace reelquery {

/// The icon resources/icons/<name>.svg. It is redrawn for every size and palette.
QIcon paletteIcon(const QString& name);

}  // namespace reelquery
