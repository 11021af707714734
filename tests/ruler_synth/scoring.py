"""RULER's two metrics, and the mean over the tasks."""

from __future__ import annotations


def recall_all(answer: str, outputs: list[str]) -> float:
    """Share of the strings that stand in the answer, in upper or lower case."""
    return sum(one.lower() in answer.lower() for one in outputs) / len(outputs)


def recall_part(answer: str, outputs: list[str]) -> float:
    """1 where one of the strings does."""
    return float(any(one.lower() in answer.lower() for one in outputs))


def score(task: str, answer: str, outputs: list[str]) -> float:
    """The task's own metric."""
    return (recall_part if task.startswith("qa") else recall_all)(answer, outputs)
