"""Batches of clips as flat arrays: tokens, labels, and the rows of what is drawn."""

from __future__ import annotations

import numpy as np

from rows import width_of

TASK_WEIGHTS = {
    "colour": 1.1, "shape": 1.1, "card": 4.4, "direction": 2.2, "count": 3.4, "first": 1.2,
    "last": 0.8, "order": 2.2, "when": 2.2, "at": 1.8, "between": 2.8, "shown": 2.2, "list": 4.4,
    "follow": 0.9, "letter": 1.8, "unknown": 0.9,
}
SPEECH_WEIGHTS = {"said": 3.0, "said_when": 1.0}
LATE = 5  # turns from this one on count as "late"
TASK_NAMES = (*(t for t in TASK_WEIGHTS if t != "follow"), "follow_when", "follow_colour",
              "follow_direction", *SPEECH_WEIGHTS, "late")
_TASK_INDEX = {name: i for i, name in enumerate(TASK_NAMES)}


def task_names(turns) -> list[str]:
    """What each turn counts as in the log; the late ones of a conversation are counted apart."""
    return ["late" if i >= LATE else turn.task for i, turn in enumerate(turns)]


def table(rows: list[np.ndarray], columns: dict) -> np.ndarray:
    """Rows [n, columns], also of none."""
    return np.array(rows, dtype=np.float32).reshape(-1, width_of(columns))


def prefix_arrays(prefixes) -> dict:
    """The tokens before the questions, clips side by side (see DemoModel.forward)."""
    longest = -(-max(len(ids) for ids, _, _ in prefixes) // 8) * 8
    n = len(prefixes)
    ids = np.zeros((n, longest), dtype=np.int64)
    positions = np.zeros((3, n, longest), dtype=np.int64)
    for i, (row, where, _) in enumerate(prefixes):
        ids[i, :len(row)] = row
        positions[:, i, :len(row)] = where
    return {"prefix_ids": ids, "prefix_positions": positions,
            "prefix_length": np.array([len(row) for row, _, _ in prefixes]),
            "vision_at": np.flatnonzero(ids.reshape(-1) == 8)}


def text_arrays(prefixes, texts, tasks) -> dict:
    """The questions of all clips with their labels; `tasks` names every turn of every conversation."""
    longest = max(sum(len(ids) for ids, _, _ in clip) for clip in texts)
    longest = max(16, -(-longest // 16) * 16)
    n = len(texts)
    ids = np.zeros((n, longest), dtype=np.int64)
    conversation = np.full((n, longest), -1, dtype=np.int64)
    positions = np.zeros((n, longest), dtype=np.int64)
    label_at, labels, weights, label_question, names = [], [], [], [], []
    for i, clip in enumerate(texts):
        at = 0
        for c, (row, weight, turn) in enumerate(clip):
            end = at + len(row)
            ids[i, at:end] = row
            conversation[i, at:end] = c
            positions[i, at:end] = prefixes[i][2] + np.arange(len(row))
            trained = np.flatnonzero(weight)
            label_at.append(i * longest + at + trained - 1)
            labels.append(np.array(row)[trained])
            weights.append(np.array(weight)[trained])
            # Turns whose answer is not trained are not counted.
            counted, which = np.unique(np.array(turn)[trained], return_inverse=True)
            label_question.append(len(names) + which)
            names += [tasks[i][c][t] for t in counted]
            at = end
    task_ids = np.array([_TASK_INDEX[name] for name in names])
    return {"text_ids": ids, "conversation": conversation,
            "text_positions": np.broadcast_to(positions, (3, n, longest)).copy(),
            "label_at": np.concatenate(label_at), "labels": np.concatenate(labels),
            "label_weights": np.concatenate(weights).astype(np.float32),
            "label_question": np.concatenate(label_question), "question_task": task_ids}
