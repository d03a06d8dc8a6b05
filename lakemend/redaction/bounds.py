"""Texts of a length and of letters that any history can hold."""


def well_formed(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can spell and no encoding can carry.

    Whoever cuts a text by UTF-16 units, as Java does, may leave one.
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def trim(text: str, limit: int) -> str:
    """Cut the middle out of a text longer than `limit` characters.

    The head names the exception and the tail holds the innermost cause, so both stay; the tail gets
    more. Where the limit allows it, a line tells how much is missing; the result is never longer
    than `limit`.
    """
    if len(text) <= limit:
        return text
    mark = f"\n[… {len(text) - limit} characters left out …]\n"
    room = limit - len(mark)
    if room <= 0:
        return text[: max(limit, 0)]
    head = room * 2 // 5
    return text[:head] + mark + text[len(text) - (room - head) :]
