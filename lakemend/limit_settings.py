"""Settings about how much: what a job may use within a day."""

from pydantic import Field
from pydantic_settings import BaseSettings


class LimitSettings(BaseSettings):
    """A part of the settings; the smaller of these and a playbook's limits counts."""

    max_attempts_per_job_and_day: int = Field(
        default=30, ge=1, validation_alias="LAKEMEND_MAX_ATTEMPTS_PER_JOB_AND_DAY"
    )
    max_cost_factor_per_day: float = Field(
        default=60,
        ge=1,
        allow_inf_nan=False,
        validation_alias="LAKEMEND_MAX_COST_FACTOR_PER_DAY",
    )
