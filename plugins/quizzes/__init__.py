"""Quizzes: questions in lessons and exams, how they are read, shown, marked and marked again.

Everything here is values in, values out. Attempts, deadlines, answers and marks are kept by the
core; this plugin only says what a question is and what an answer to it is worth.
"""

from app.sdk import Hooks


def register(hooks: Hooks) -> None:
    """Register nothing yet: the plugin is connected when the core offers kinds of activity."""
