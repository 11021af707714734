"""More ways to ask than the suite's training wordings; the suite's held-out ones are never among them.

The suite keeps its own list (wordings.py), so that its films are the same whenever they are made again.
"""

from __future__ import annotations

import paths  # noqa: F401
import wordings

MORE: dict[str, tuple[str, ...]] = {
    "shown": (
        "Did you see a {n}?", "Have you seen a {n}?", "Do we see a {n}?", "Do you see any {n}?",
        "You see a {n}, don't you?", "Could you see a {n}?", "Do you see a {n} anywhere?",
        "Do you ever see a {n}?", "Do you spot a {n}?", "Do you find a {n}?", "Does one see a {n}?",
        "Does the film show a {n}?", "Does the clip show a {n}?", "Does it show a {n}?",
        "Does the video have a {n}?", "Does the video contain a {n}?", "Does the video ever show a {n}?",
        "Is a {n} visible in the video?", "Is a {n} seen?", "Is there any {n}?", "Is there a {n}?",
        "Is a {n} there?", "Is a {n} in the film?", "Are there any {n}s?", "Has a {n} been shown?",
        "Did a {n} appear?", "Did a {n} come up?", "Was there a {n}?", "Will I see a {n}?",
        "Does a {n} show up?", "Does any {n} appear?", "Tell me if you see a {n}.",
        "Tell me whether you see a {n}.", "Say whether a {n} is shown.", "Say if you see a {n}.",
        "Look for a {n}. Is there one?", "A {n}: is it shown?", "Yes or no: is a {n} shown?",
        "Yes or no, do you see a {n}?", "Can you find a {n}?", "Can you spot a {n}?", "Can I see a {n}?"),
    "colour": (
        "What colour is the {s} that you see?", "What colour has the {s}?", "The {s}: what colour is it?",
        "Is there a {s}, and of what colour?", "Do you see the colour of the {s}?",
        "What color does the {s} have in the video?"),
    "shape": (
        "Is there something {c}, and what shape is it?", "What shape do you see in {c}?",
        "What do you see that is {c}?", "Which {c} shape is shown?", "Which {c} thing appears?",
        "What is the shape of the {c} thing?"),
    "card": (
        "What does it say on the card?", "Is there a card, and what does it say?", "What word do you see?",
        "Do you see what the card says?", "What does the text say?", "What is written in the video?"),
    "card_at": (
        "What does the text at {t} say?", "What can you read at {t}?", "Which text does the card at {t} show?",
        "Tell me what is written on the card at {t}."),
    "direction": (
        "Do you see the {n} move, and which way?", "Which way did the {n} move?", "Where is the {n} going to?",
        "Does the {n} stay where it is, or does it move?", "The {n}: which way does it move?"),
    "count": (
        "How many {ss} did you see?", "Are there {ss}, and how many?", "How many {ss} does the video show?",
        "How many {ss} have been shown?", "Do you see {ss}, and how many?", "The number of {ss}, please."),
    "when": (
        "Is the {n} shown, and when?", "When did you see the {n}?", "When did the {n} appear?",
        "Do you see when the {n} appears?", "When is there a {n}?", "When does a {n} appear?",
        "The {n}: when is it shown?", "When does the video show the {n}?", "Where in the video is the {n}?"),
    "list": (
        "What do you see, and when?", "Which shapes and cards appear, and when?", "Tell me all you see, with times.",
        "List all shapes and cards with their times.", "What is there to see, and at what times?",
        "Write down what appears, and when.", "Everything that is shown, with times, please.",
        "What did you see, and when?", "List what you see and the times.", "What happened, and when?",
        "Which things did you see, and at what times?", "Sum up what appears, with the times."),
    "unknown": (
        "Which language is spoken?", "Which language is this?", "In what language do they talk?",
        "What language is the song in?", "Do they speak French?", "What accent does he have?",
        "What do they talk about?", "What are they saying?", "Who is she talking to?", "Who produced this?",
        "Who is the director?", "Who wrote this?", "Who filmed this?", "Who acts in this film?",
        "What is his name?", "What is her job?", "How many people are there?", "How many cars do you see?",
        "Is there a dog?", "Is there a car?", "Do you see a person?", "Do you see a house?", "Can you see a tree?",
        "Is a man shown?", "Does a woman appear?", "Is it day or night?", "Is it a cartoon?", "Is it real?",
        "What is he holding?", "What is he wearing?", "What is she doing?", "What are the people doing?",
        "Who is that?", "Where is this?", "Which street is this?", "What time of the year is it?",
        "What kind of car is that?", "What brand is the car?", "Are they friends?", "Do they like each other?",
        "Is she sad?", "Why is he running?", "Where do they live?", "What happened before?", "What comes after this?",
        "What is the title?", "What genre is it?", "Is this film good?", "What song is playing?",
        "Who is singing?", "What is the best scene?", "What is the moral?", "Describe the scene.",
        "Describe the place.", "Describe the background.", "Tell me the story.", "Explain what is going on.",
        "What do you think of it?", "How are you?", "What is the capital of France?", "What is two and two?",
        "Which animals are there?", "What food is that?", "Is the water cold?", "How tall is he?",
        "How fast does the car go?", "Did they win?", "Who is the winner?", "What is the score?"),
}
for _task, _ways in MORE.items():
    if set(_ways) & set(wordings.HELD_OUT[_task]):
        raise ValueError(f"a held-out wording of {_task} is among those of the training")
_ALL = {task: (*ways, *MORE.get(task, ())) for task, ways in wordings.TRAIN.items()}


def more_ways(asker):
    """The same questions.Asker, which now asks in all these ways."""
    asker.words = _ALL
    return asker
