"""A plugin of the tests: a table, a block, a page of each area, a setting, a job."""

from app.sdk import BlockType, Hooks, JobType, NavItem, Routes, say
from plugins.sample import models, routes  # noqa: F401  (models are declared by importing them)


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
    hooks.register(JobType, "count", JobType(lambda: None))
