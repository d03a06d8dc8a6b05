from tests.lakemend.breaker.resilience4j import RECORDED, first_difference, read


def test_every_answer_is_the_one_resilience4j_gave() -> None:
    sequences = list(read(RECORDED))

    differences = [difference for difference in map(first_difference, sequences) if difference]

    assert len(sequences) == 300
    assert differences == []
