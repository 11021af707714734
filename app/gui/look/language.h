#pragma once
// The language of the window.

class QApplication;
class QString;

namespace reelquery {

/// Loads the texts of a language, and Qt's own for its dialogs where the system has them, and
/// makes its locale the default. name: "de", "en"; empty follows the system. Call before any
/// window is made. Plural forms come from a translation in English, too.
void installLanguage(QApplication& application, const QString& name);

}  // namespace reelquery
