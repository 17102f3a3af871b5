"""The few words that the renderer itself puts into a lesson, in the language of the lesson.

They are not interface sentences: they follow the text, are kept with it in caches and change only
with the renderer's version.
"""

_WORDS: dict[str, dict[str, str]] = {
    "note": {"fr": "À noter", "ar": "ملاحظة", "en": "Note"},
    "tip": {"fr": "Conseil", "ar": "نصيحة", "en": "Tip"},
    "warning": {"fr": "Attention", "ar": "تنبيه", "en": "Warning"},
    "example": {"fr": "Exemple", "ar": "مثال", "en": "Example"},
    "hint": {"fr": "Indice", "ar": "تلميح", "en": "Hint"},
    "solution": {"fr": "Solution", "ar": "الحلّ", "en": "Solution"},
    "code": {"fr": "Code", "ar": "شيفرة", "en": "Code"},
    "output": {"fr": "Résultat affiché", "ar": "النتيجة المعروضة", "en": "Output"},
    "table": {"fr": "Tableau", "ar": "جدول", "en": "Table"},
    "terms": {"fr": "Mots de la leçon", "ar": "مصطلحات الدرس", "en": "Words of this lesson"},
    "back": {"fr": "Revenir au texte", "ar": "العودة إلى النص", "en": "Back to the text"},
    "refused": {
        "fr": "Cette leçon ne peut pas être affichée.",
        "ar": "لا يمكن عرض هذا الدرس.",
        "en": "This lesson cannot be shown.",
    },
}

CALLOUTS = ("note", "tip", "warning", "example", "hint", "solution")


def word(key: str, language: str) -> str:
    """Return one of the renderer's words; in English for a language that it does not know."""
    words = _WORDS[key]
    return words.get(language) or words["en"]
