#pragma once
// A field that takes one key.

#include <QLineEdit>

namespace reelquery {

/// Shows the keys of a command. When it has the focus, the next key is offered as a new one; Esc
/// and leaving the field change nothing, Delete and Backspace offer none. Confined to the GUI
/// thread.
class KeyEdit : public QLineEdit {
    Q_OBJECT

  public:
    explicit KeyEdit(QWidget* parent = nullptr);

    void setKeys(const QList<QKeySequence>& keys);

  Q_SIGNALS:
    /// An empty one: the command is to have none.
    void keyOffered(const QKeySequence& key);

  protected:
    bool event(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

  private:
    void take(int key, Qt::KeyboardModifiers modifiers);
    void showKeys();

    QList<QKeySequence> keys_;
};

}  // namespace reelquery
