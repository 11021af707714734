#pragma once
// Brings a document on screen up to date with a newly written one, at the cost of what changed.

class QTextDocument;

namespace reelquery {

/// Makes `shown` equal to `fresh` block by block: text, formats and lists. Blocks that are equal
/// already keep their layout, and selections in them stay. False, with nothing changed, where one
/// of the documents has a table or another frame: these cannot be told apart by blocks.
bool updateDocument(QTextDocument& shown, const QTextDocument& fresh);

}  // namespace reelquery
