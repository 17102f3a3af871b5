"""Refusals: the ways in which a request is turned down, each with a sentence for the person.

Anything else that is raised is a bug and becomes a 500 with a reference to quote.
"""

from app.kernel.i18n import Sentence, say


class Refusal(Exception):
    """Something was asked that will not be done; `sentence` tells the person why."""

    status = 400

    def __init__(self, sentence: Sentence, *, todo: Sentence | None = None) -> None:
        """Keep the sentence, and what the person can do about it."""
        super().__init__(str(sentence))
        self.sentence = sentence
        self.todo = todo


class NotFound(Refusal):
    """It does not exist, or this person may not know that it does."""

    status = 404

    def __init__(self, sentence: Sentence | None = None, *, todo: Sentence | None = None) -> None:
        super().__init__(sentence or say("There is nothing at this address."), todo=todo)


class Forbidden(Refusal):
    """It exists and this person may not do it."""

    status = 403


class Conflict(Refusal):
    """It cannot be done in the present state: too late, already done, changed by somebody else."""

    status = 409


class Invalid(Refusal):
    """What was sent makes no sense as it is."""

    status = 422


class TooMany(Refusal):
    """Too often; `wait` says for how many seconds to wait."""

    status = 429

    def __init__(self, sentence: Sentence, *, wait: int = 60, todo: Sentence | None = None) -> None:
        super().__init__(sentence, todo=todo)
        self.wait = wait
