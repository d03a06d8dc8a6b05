"""Names that are written in two ways."""


def class_name(name: str) -> str:
    """Return the class that a row of a table means: `restart_cluster` is RestartCluster."""
    return "".join(word.capitalize() for word in name.split("_"))
