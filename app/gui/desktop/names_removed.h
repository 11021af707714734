#pragma once
// Texts for strangers: without what they need not know.

#include <QString>
#include <QStringList>

namespace reelquery {

/// The text with every one of `names` (paths and names of files that are known), every path, every
/// name of a media or model file and all that stands between quotation marks replaced by "…".
/// Rather too much goes than too little.
QString withoutNames(QString text, QStringList names);

}  // namespace reelquery
