"""Glossary: terms of a center on a page, in lessons and in searches; no dictionary of languages."""

from app.sdk import BlockType, HomeCard, Hooks, PlaceLink, Routes, SearchSource, say
from rihla_glossary import blocks, cards, routes, search


def register(hooks: Hooks) -> None:
    """Bring everything; called once, when the site starts."""
    hooks.register(Routes, "center", Routes(routes.bp, "center"))
    link = PlaceLink("tab", say("Glossary"), "glossary_center.index", "glossary.edit", order=60)
    hooks.register(PlaceLink, "tab", link)
    block = BlockType(
        "glossary",
        validate=blocks.validate,
        text=blocks.text,
        prepare=blocks.prepare,
        render=blocks.render,
    )
    hooks.register(BlockType, "glossary", block)
    hooks.register(HomeCard, "daily", HomeCard(cards.daily, order=60))
    source = SearchSource(say("Glossary"), search.find, search.can_see)
    hooks.register(SearchSource, "terms", source)
