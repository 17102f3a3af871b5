"""Question exchange: files of questions of other systems, read and written.

GIFT, Aiken and Moodle XML go both ways, quizzes exported by Canvas (QTI 1.2) come in. Nothing is
kept here: the core shows what was read and keeps what its author wants.
"""

from app.sdk import Hooks, QuestionExporter, QuestionImporter
from plugins.question_exchange import connection


def register(hooks: Hooks) -> None:
    """Bring an importer for each format, and an exporter for those that are written too."""
    for name, importer in connection.IMPORTERS.items():
        hooks.register(QuestionImporter, name, importer)
    for name, exporter in connection.EXPORTERS.items():
        hooks.register(QuestionExporter, name, exporter)
