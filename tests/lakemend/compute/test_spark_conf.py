import pytest
from pydantic import ValidationError

from lakemend.actions import SetSparkConf
from lakemend.compute.spark_conf import changed_conf, refuse_more_cpus_than_cores, said
from lakemend.errors import InvalidRequestError

PARTITIONS = "spark.sql.shuffle.partitions"


def test_other_settings_of_the_cluster_stay() -> None:
    before = {"spark_conf": {"spark.speculation": "true", PARTITIONS: "200"}}

    after = changed_conf(before, {PARTITIONS: "800"})

    assert after == {"spark.speculation": "true", PARTITIONS: "800"}


def test_settings_that_are_there_already_need_no_change() -> None:
    with pytest.raises(InvalidRequestError, match="already"):
        changed_conf({"spark_conf": {PARTITIONS: "800"}}, {PARTITIONS: "800"})


def test_a_task_never_wants_more_cores_than_a_worker_has() -> None:
    refuse_more_cpus_than_cores({"spark.task.cpus": "4"}, cores=4)

    with pytest.raises(InvalidRequestError, match="a worker has 2 cores"):
        refuse_more_cpus_than_cores({"spark.task.cpus": "4"}, cores=2)


def test_change_is_told_with_what_was_before() -> None:
    assert said({}, {"spark.task.cpus": "2"}) == "Set spark.task.cpus to 2 (was unset)"


def test_numbers_and_truth_are_written_as_spark_does() -> None:
    step = SetSparkConf.model_validate(
        {"conf": {PARTITIONS: 800, "spark.sql.adaptive.enabled": True}}
    )

    assert step.conf == {PARTITIONS: "800", "spark.sql.adaptive.enabled": "true"}


@pytest.mark.parametrize(
    "conf", [{"spark.hadoop.fs.s3a.secret.key": "x"}, {}, {PARTITIONS: [1]}, "spark.task.cpus=2"]
)
def test_anything_that_is_not_on_the_list_is_refused(conf: object) -> None:
    with pytest.raises(ValidationError):
        SetSparkConf.model_validate({"conf": conf})
