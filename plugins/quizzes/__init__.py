"""Quizzes: questions in lessons and exams, how they are read, shown, marked and marked again.

Everything here is values in, values out. Attempts, deadlines, answers and marks are kept by the
core; this plugin only says what a question is and what an answer to it is worth.
"""

from dataclasses import replace

from app.sdk import ActivityType, BlockType, Hooks
from plugins.quizzes import activity, blocks, choices, mending


def register(hooks: Hooks) -> None:
    """Bring the block `quiz`, and how it is answered and marked."""
    hooks.register(BlockType, "quiz", blocks.BLOCK)
    hooks.register(
        ActivityType,
        "quiz",
        replace(
            activity.TYPE,
            show=blocks.show,
            compare=mending.compare,
            remark=mending.remark,
            say_answer=mending.say_answer,
            choices=choices.choices,
        ),
    )
