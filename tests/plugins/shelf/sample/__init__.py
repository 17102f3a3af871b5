"""A plugin of the tests: a table, blocks, an activity, a page of each area, a setting, a job."""

from app.sdk import ActivityType, BlockType, Hooks, JobType, NavItem, Routes, say
from plugins.sample import models, riddle, routes  # noqa: F401  (models are declared by importing)


def register(hooks: Hooks) -> None:
    """Bring everything."""
    hooks.register(Routes, "site", Routes(routes.bp))
    hooks.register(Routes, "center", Routes(routes.center_bp, "center"))
    hooks.register(NavItem, "link", NavItem(say("Sample"), "sample.index", order=90))
    hooks.register(
        BlockType,
        "sample",
        BlockType(
            "sample",
            validate=lambda node: [],
            text=lambda node: node.body,
            render=lambda node, prepared, context: f"<p>sample: {len(node.body)}</p>",
        ),
    )
    hooks.register(BlockType, "riddle", riddle.BLOCK)
    hooks.register(ActivityType, "riddle", ActivityType(riddle.read, riddle.take, riddle.mark))
    hooks.register(JobType, "count", JobType(lambda: None))
