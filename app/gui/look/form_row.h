#pragma once
// Rows of a form: a label on one line with the field it names.

#include <QFormLayout>
#include <QLabel>

namespace reelquery {

/// label: with its mnemonic, "&Budget". The form takes both. Returns the label's widget.
inline QLabel* addFormRow(QFormLayout& form, const QString& label, QWidget* field) {
    form.addRow(label, field);
    auto* name = static_cast<QLabel*>(form.labelForField(field));
    // Labels with a mnemonic are measured a little short.
    name->setMinimumWidth(name->sizeHint().width() + 6);
    name->setMinimumHeight(field->sizeHint().height());
    return name;
}

}  // namespace reelquery
