"""Question and answer wordings of longvid-synth.

`TRAIN` wordings are seen in training, `HELD_OUT` ones never: the suite asks with both. Each task
has one answer form, so that the right answer to a question is one string. In answers, `*` marks a
word that carries the fact (the scorer and the training loss look at these); it is removed from the
text. Nouns that are the fact are marked word by word.

`card_at` asks for one card of several: its questions and answers are of the task "card".
Fields: {n} a noun such as "red circle", {s} a shape, {ss} its plural or a plural noun, {c} a
colour, {t} a time m:ss, {a}, {b} two nouns or times, {l} a list of nouns or times, {k} a count or,
in `said` and `said_when` (see speech.py), what a subtitle line tells; {v} is what it tells of that.
"""

TRAIN: dict[str, tuple[str, ...]] = {
    "colour": (
        "What colour is the {s}?", "What color is the {s}?", "Which colour does the {s} have?",
        "Tell me the colour of the {s}.", "The {s} has which color?", "Name the color of the {s}.",
        "A {s} is shown. What is its colour?", "Say what colour the {s} has.",
        "What is the color of the {s}?", "In which colour is the {s} drawn?",
        "Can you tell me the colour of the {s}?", "I want to know the color of the {s}."),
    "shape": (
        "Which shape is {c}?", "What is the {c} shape?", "What shape is {c}?",
        "Name the shape that is {c}.", "The {c} thing has which shape?",
        "Tell me what shape the {c} one is.", "Say which shape is {c}.",
        "What is {c} in the video?", "What kind of thing is {c}?",
        "Can you tell me which shape is {c}?", "The {c} one: what shape is it?"),
    "card": (
        "What does the card say?", "What is written on the card?", "Which word or number is shown?",
        "Read the card.", "What text appears in the video?", "What text is on the card?",
        "Tell me the text on the card.", "Say what is written there.",
        "Tell me what is written on the card.", "Say what the card says.", "What can you read?",
        "Read the text on the card to me.", "Which text does the card show?",
        "Can you read the card?", "What word is on the card?"),
    "card_at": (
        "What does the card at {t} say?", "What is written on the card at {t}?",
        "Read the card at {t}.", "What text is on the card at {t}?",
        "Which word or number is shown on the card at {t}?",
        "Tell me the text of the card at {t}.", "Say what the card at {t} says.",
        "Can you read the card at {t}?", "At {t} there is a card. What does it say?"),
    "direction": (
        "Which way does the {n} move?", "In which direction does the {n} go?",
        "Where does the {n} move to?", "How does the {n} move?",
        "Does the {n} move, and which way?", "Say which way the {n} moves.",
        "Tell me where the {n} is heading.", "Tell me how the {n} moves.",
        "Say where the {n} goes.", "What is the direction of the {n}?",
        "Which direction does the {n} take?", "Tell me the direction of the {n}.",
        "Which way is the {n} going?", "Can you tell me which way the {n} moves?",
        "Name the direction in which the {n} moves.", "I want to know how the {n} moves."),
    "count": (
        "How many {ss} appear?", "How many {ss} are shown?", "Count the {ss}.",
        "What is the number of {ss}?", "How many {ss} are there in the video?",
        "Tell me the number of {ss}.", "Say how many {ss} there are.",
        "Tell me how many {ss} there are.", "How many {ss} do you see?",
        "How many times do {ss} appear?", "Can you count the {ss}?",
        "I want to know the number of {ss}."),
    "first": (
        "Which comes first, the {a} or the {b}?", "What appears first: the {a} or the {b}?",
        "Of the {a} and the {b}, which is shown first?",
        "Is the {a} or the {b} the first to appear?",
        "Tell me which comes first, the {a} or the {b}.",
        "Which appears earlier, the {a} or the {b}?",
        "Say what is shown first, the {a} or the {b}."),
    "last": (
        "Which comes last, the {a} or the {b}?", "What appears later: the {a} or the {b}?",
        "Of the {a} and the {b}, which is shown last?",
        "Tell me which comes last, the {a} or the {b}.",
        "Is the {a} or the {b} the last to appear?"),
    "order": (
        "In what order do these appear: {l}?", "Put these in order of appearance: {l}.",
        "Sort by time: {l}.", "Tell me in what order these appear: {l}.",
        "Which of these comes first, second and so on: {l}?", "Say the order of these: {l}.",
        "Order these by time: {l}."),
    "when": (
        "When does the {n} appear?", "At what time is the {n} shown?", "When is the {n} visible?",
        "Give the time of the {n}.", "At which moment does the {n} come up?",
        "Find the {n}. When is it?", "Tell me the time of the {n}.", "Say when the {n} comes.",
        "Tell me when the {n} appears.", "Say at what time the {n} is shown.",
        "When can the {n} be seen?", "When do you see the {n}?",
        "Can you tell me when the {n} appears?", "Tell me at what time the {n} comes up.",
        "I want to know when the {n} is visible.", "At what point does the {n} show up?"),
    "at": (
        "What appears at {t}?", "What is shown at {t}?", "Which thing can be seen at {t}?",
        "What happens at {t}?", "Tell me what appears at {t}.", "Say what is shown at {t}.",
        "What do you see at {t}?", "What can be seen at {t}?", "At {t}, what appears?"),
    "between": (
        "What appears between {a} and {b}?", "What happens between {a} and {b}?",
        "What is shown from {a} to {b}?", "Tell me what appears between {a} and {b}.",
        "Say what is shown between {a} and {b}.", "What do you see between {a} and {b}?",
        "From {a} to {b}, what appears?"),
    "shown": (
        "Is a {n} shown?", "Does a {n} appear?", "Is there a {n} in the video?",
        "Can you see a {n}?", "Tell me if a {n} is shown.", "Is a {n} ever visible?",
        "Say if a {n} appears.", "Tell me whether there is a {n}.", "Is any {n} to be seen?",
        "Does a {n} come up in the video?", "Was a {n} shown?", "Can a {n} be seen?",
        "Do you notice a {n}?", "Does the film have a {n}?", "Is a {n} in the video?"),
    "list": (
        "List the events with their times.", "What appears in the video, and when?",
        "List everything that appears, with times.", "Describe what happens, with times.",
        "Tell me everything that appears, with times.", "Say what appears and when.",
        "Which things appear, and at what times?", "Make a list of what is shown, with times.",
        "Give the events and their times.",
        "Give me a list of the things that appear, with their times.",
        "List what is shown, with times.", "Give all that is shown, and when.",
        "What happens in the video, and when?", "Tell me all that appears, and when.",
        "Name everything that is shown, with the times.", "What can be seen, and when?"),
    "follow_colour": (
        "And what colour is it?", "What is its colour?", "And its color?", "Which colour is it?",
        "And what color does it have?", "Tell me its colour."),
    "follow_when": (
        "And when does it appear?", "When is that?", "And at what time?", "When is it shown?",
        "And when is that?", "Tell me when it appears."),
    "follow_nth": (
        "When does the {k} one appear?", "And the {k} one, when is that?", "When is the {k} one shown?",
        "And when does the {k} one come?", "At what time does the {k} one appear?",
        "What is the time of the {k} one?", "And the {k} one?"),
    "follow_direction": (
        "Which way does it move?", "And how does it move?", "Where does it go?",
        "And which way does it go?", "Tell me how it moves."),
    "said": (
        "What is the {k}?", "Tell me the {k}.", "What do they say the {k} is?",
        "Which {k} is mentioned?", "Say what the {k} is.", "Somebody says the {k}. What is it?",
        "What is said about the {k}?", "Tell me what the {k} is.", "I want to know the {k}.",
        "Do they say what the {k} is?", "What {k} is given?", "What {k} do they name?",
        "What {k} do you hear?", "Which {k} do they give?", "What {k} was said?",
        "What {k} does somebody name?", "Which {k} is it?", "The {k}, what is it?",
        "Can you say what the {k} is?", "Do you know the {k}?", "Give me the {k}.",
        "What {k} do they speak of?", "Find out the {k}.", "Does anybody say the {k}?"),
    "said_when": (
        "When is the {k} mentioned?", "At what time do they say the {k}?",
        "When do they speak of the {k}?", "Tell me when the {k} is said.",
        "Say when the {k} is mentioned.", "When does somebody say the {k}?",
        "When do they mention the {k}?", "At which moment is the {k} said?",
        "Can you tell me when they say the {k}?"),
    "unknown": (
        "Who is the actor?", "What is this film about?", "What do they think?", "Why is she angry?",
        "Which breed is the dog?", "Summarise the plot.", "What will happen next?",
        "Where was this filmed?", "Who won the match?", "What is the weather like?",
        "What is the mood of the music?", "Who is the man in the car?", "Which country is this?",
        "What are they eating?", "Why does he leave?", "How old is the woman?", "Which year is it?",
        "What is the name of the child?", "How does the film end?", "Is this a true story?",
        "What did they buy?", "Who wrote the song?", "Which team scores?",
        "What kind of tree is that?", "What is the cat doing?", "Describe the people.",
        "How much does it cost?", "Why do they laugh?",
        "Explain the joke.", "Which car does she drive?", "Who speaks in this video?",
        "What is the woman wearing?", "Is the man happy?", "How many people are in the room?",
        "What is the teacher explaining?", "Which animal runs away?", "What sport is this?",
        "Tell me about the main character.", "What is the message of the film?",
        "Who made this video?", "How do I cook this?", "What is in the box?",
        "Where are they going?", "Which city is shown?", "What is the answer to the exercise?",
        "Translate what she says.", "Write a poem about it.", "Is it raining?",
        "Who owns the house?"),
}

# The tasks that can be asked for by name.
TASKS = tuple(task for task in TRAIN if not task.startswith("follow_") and task != "card_at")

HELD_OUT: dict[str, tuple[str, ...]] = {
    "colour": ("Say which color the {s} is.", "What is the colour of the {s} in the video?"),
    "shape": ("What kind of shape is {c}?", "Which shape in the video is {c}?"),
    "card": ("What can be read on the card?", "Tell me what the card says."),
    "card_at": ("What can be read on the card at {t}?", "Tell me what the card at {t} says."),
    "direction": ("What direction does the {n} move in?", "Tell me which way the {n} goes."),
    "count": ("Tell me how many {ss} appear.", "How many {ss} can be seen?"),
    "first": ("Which is first, the {a} or the {b}?", "Does the {a} or the {b} appear first?"),
    "last": ("Which is last, the {a} or the {b}?",),
    "order": ("Give the order in which these are shown: {l}.",),
    "when": ("At what time does the {n} appear?", "Tell me when the {n} is shown."),
    "at": ("Tell me what is shown at {t}.",),
    "between": ("What can be seen between {a} and {b}?",),
    "shown": ("Do you see a {n}?", "Does the video show a {n}?"),
    "list": ("Give a list of everything shown, with times.",
             "Name all that appears, and the times.", "What is shown, and at what times?",
             "Go through the video: what appears, and when?"),
    "follow_colour": ("What colour is that?",),
    "follow_when": ("When does it appear?",),
    "follow_nth": ("And when is the {k} one to be seen?",),
    "follow_direction": ("And which way does it move?",),
    "said": ("What {k} is mentioned?", "Can you tell me the {k}?"),
    "said_when": ("At what time is the {k} mentioned?",),
    "unknown": ("Who directed this?", "What language do they speak?"),
}

ANSWERS: dict[str, str] = {
    "colour": "The {s} is *{c}.",
    "colour_absent": "The {s} is *not *shown.",
    "shape": "The {c} shape is *a *{s}.",
    "shape_absent": "The {c} shape is *not *shown.",
    "card": 'The card says *"{x}".',
    "card_absent": "The card is *not *shown.",
    "direction": "The {n} moves *{d}.",
    "direction_still": "The {n} *stays *still.",
    "direction_absent": "The {n} is *not *shown.",
    # The times come before the number, which can then be counted from them.
    "count": "At {l}: *{k} {ss} appear.",
    "count_none": "*No {ss} appear.",
    "first": "The {n} comes first.",
    "last": "The {n} comes last.",
    "order": "The order is {l}.",
    "when": "The {n} appears *at *{t}.",
    "when_absent": "The {n} is *not *shown.",
    "at": "{n} appears at {t}.",
    "at_nothing": "*Nothing appears at {t}.",
    "between": "At *{t} {n} appears.",
    "between_nothing": "*Nothing appears between {a} and {b}.",
    "shown_yes": "*Yes, a {n} is shown.",
    "shown_no": "*No, a {n} is not shown.",
    "list": "{l}.",
    "list_nothing": "*Nothing appears.",
    "follow_colour": "It is *{c}.",
    "follow_when": "It appears *at *{t}.",
    "follow_direction": "It moves *{d}.",
    "follow_direction_still": "It *stays *still.",
    "said": "The {k} is *{v}.",
    "said_absent": "The {k} is *not *shown.",
    "said_when": "The {k} is mentioned *at *{t}.",
    "said_when_absent": "The {k} is *not *shown.",
    "unknown": "I cannot tell. I can answer about shapes, colours, movement, cards and times.",
    "letter": "*{x}",
}

# What `follow_nth` calls the things that the turn before it has counted.
ORDINALS = ("first", "second", "third", "fourth")

# How an option-letter question ends; the options stand on lines of their own before it.
LETTER_TRAIN = ("Answer with the letter.", "Answer with the option's letter only.",
                "Which option is right? Say its letter.", "Choose one letter.",
                "Give the letter of the right option.", "Only the letter, please.",
                "Which letter is right?", "Say the letter of the answer.", "A, B, C or D?")
LETTER_HELD_OUT = ("Reply with one letter.",)
