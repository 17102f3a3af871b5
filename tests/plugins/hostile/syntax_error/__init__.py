"""A package that Python cannot read."""

def register(hooks
