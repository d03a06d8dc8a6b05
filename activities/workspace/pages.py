"""Following pages: one object or one list, however many answers it takes."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, cast

Json = dict[str, Any]
Fetch = Callable[[Json], Json]

RUN_ARRAYS = ("tasks", "job_clusters", "job_parameters", "repair_history", "iterations")
SETTINGS_ARRAYS = ("tasks", "job_clusters", "parameters", "environments")


def whole_object(fetch: Fetch, query: Json, arrays: Iterable[str], under: str = "") -> Json:
    """Read an object whose arrays come 100 elements a page (Jobs API 2.2), and join them."""
    whole = fetch(query)
    token, seen = whole.pop("next_page_token", ""), set[str]()
    while _leads_on(token, seen):
        page = fetch({**query, "page_token": token})
        _append(_inside(whole, under), _inside(page, under), arrays)
        token = page.get("next_page_token", "")
    whole.pop("has_more", None)
    return whole


def whole_list(fetch: Fetch, query: Json, key: str, at_most: int) -> list[Json]:
    """Read a list to its end, or until it has `at_most` elements."""
    elements: list[Json] = []
    for page in list_pages(fetch, query, key):
        elements += page.entries
        if len(elements) >= at_most:
            break
    return elements[:at_most]


class Page(NamedTuple):
    """One answer of a list; after the last one there is nothing to ask for."""

    entries: list[Json]
    is_last: bool


def list_pages(fetch: Fetch, query: Json, key: str) -> Iterator[Page]:
    """Read a list page by page, each when it is asked for."""
    token, seen = "", set[str]()
    is_last = False
    while not is_last:
        page = fetch({**query, "page_token": token} if token else query)
        token = page.get("next_page_token", "")
        is_last = not _leads_on(token, seen)
        yield Page(page.get(key) or [], is_last)


def _leads_on(token: Any, seen: set[str]) -> bool:
    """Whether there is a further page: a token that comes again would lead in a circle."""
    new = isinstance(token, str) and token not in seen | {""}
    seen.update({token} if new else ())
    return new


def _inside(answer: Json, under: str) -> Json:
    return answer.setdefault(under, {}) if under else answer


def _append(whole: Json, page: Json, arrays: Iterable[str]) -> None:
    for name in arrays:
        known, further = _listed(whole, name), _listed(page, name)
        if further and known is not None:
            whole[name] = [*known, *further]


def _listed(answer: Json, name: str) -> list[Any] | None:
    """Return an array, empty where it is missing; None where it is none."""
    array = answer.get(name)
    if array is None:
        return []
    return cast("list[Any]", array) if isinstance(array, list) else None
