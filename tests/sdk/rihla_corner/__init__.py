"""A plugin of the tests that brings one of each kind that can be shown or asked."""

from rihla_corner import events, panels, routes, search

from app.sdk import (
    AdminPage,
    AwardCondition,
    BlockType,
    CoursePanel,
    EnrollmentRule,
    HomeCard,
    Hooks,
    JobType,
    LessonFinished,
    NotificationType,
    PermissionCheck,
    Routes,
    SearchSource,
    Subscriber,
    say,
)


def register(hooks: Hooks) -> None:
    """Bring everything."""
    hooks.register(BlockType, "corner", panels.BLOCK)
    hooks.register(HomeCard, "card", HomeCard(panels.card))
    for slot in (
        "course.header",
        "course.sidebar",
        "course.after_outline",
        "lesson.tools",
        "lesson.after",
    ):
        hooks.register(CoursePanel, slot, CoursePanel(slot, panels.panel))
    hooks.register(
        SearchSource, "words", SearchSource(say("Corner words"), search.find, search.can_see)
    )
    hooks.register(EnrollmentRule, "full", EnrollmentRule(panels.is_full))
    hooks.register(
        AwardCondition,
        "presence",
        AwardCondition(say("Percent of days in the corner, at least"), panels.asks, panels.look),
    )
    hooks.register(PermissionCheck, "corner.visit", PermissionCheck(routes.is_calm))
    hooks.register(Routes, "center", Routes(routes.bp, "center"))
    hooks.register(
        AdminPage, "page", AdminPage(say("Corners"), "plugins.plugins", "plugins.manage")
    )
    hooks.register(NotificationType, "praise", NotificationType(say("The corner"), mail=False))
    hooks.register(JobType, "note", JobType(events.note))
    hooks.register(Subscriber, "finished", Subscriber(LessonFinished, events.finished))
