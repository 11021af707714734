#pragma once
// The tables of the library, and how those of earlier versions become them.

#include <QSqlDatabase>

namespace reelquery {

/// What user_version of a library says that is as it should be.
inline constexpr int kLibraryVersion = 2;

/// Brings a library of an earlier version, or an empty file, up to date: all of it or nothing.
/// False when it could not be; `error` then is the statement's error. Thread: that of the database.
bool bringLibraryUpToDate(QSqlDatabase& database, class QSqlError& error);

/// What a search looks through, in lower case: SQLite folds ASCII only.
QString searchText(const struct Exchange& exchange);

}  // namespace reelquery
