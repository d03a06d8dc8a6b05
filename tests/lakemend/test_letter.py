"""Which answers go along when an entity goes on as a new run."""

from lakemend.letter import Letter, fitting, size

FIRST, SECOND = (
    Letter(holder=f"incident-{n}", signal="permit_answered", request_id=f"r{n}", content={"é": n})
    for n in range(2)
)


def test_the_first_letters_that_fit_go_along() -> None:
    both = size(FIRST) + size(SECOND) + 2

    assert list(fitting([FIRST, SECOND], both)) == [FIRST, SECOND]
    assert list(fitting([FIRST, SECOND], both - 1)) == [FIRST]


def test_nothing_fits_into_no_room() -> None:
    assert list(fitting([FIRST], 0)) == []
    assert list(fitting([FIRST], -1)) == []


def test_the_size_is_in_bytes() -> None:
    assert size(FIRST) == len(FIRST.model_dump_json()) + 1
