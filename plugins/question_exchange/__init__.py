"""Question exchange: files of questions of other systems, read and written.

GIFT, Aiken and Moodle XML go both ways, quizzes exported by Canvas (QTI 1.2) come in. Reading only
makes a preview that counts and names what could not be read; nothing is kept here.
"""

from app.sdk import Hooks


def register(hooks: Hooks) -> None:
    """Register nothing yet: the formats are connected when the core offers importers."""
