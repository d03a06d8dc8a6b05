"""The settings of the gates: how much at once, and what a storm is."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from lakemend.gate.storm import StormSettings
from lakemend.gate.talk import GateSettings
from lakemend.setting_types import PositiveDuration


class GateVariables(BaseSettings):
    """The variables; part of `Settings`."""

    max_recoveries: int = Field(
        default=50, ge=1, le=1000, validation_alias="LAKEMEND_MAX_RECOVERIES"
    )
    storm_incidents: int = Field(
        default=20, ge=1, le=1000, validation_alias="LAKEMEND_STORM_INCIDENTS"
    )
    storm_window: PositiveDuration = Field(
        default=timedelta(minutes=5), validation_alias="LAKEMEND_STORM_WINDOW"
    )
    storm_probe_pause: PositiveDuration = Field(
        default=timedelta(minutes=1), validation_alias="LAKEMEND_STORM_PROBE_PAUSE"
    )

    @property
    def gate(self) -> GateSettings:
        """What incidents tell the gate of their workspace."""
        storm = StormSettings(
            incidents=self.storm_incidents,
            window=self.storm_window,
            probe_pause=self.storm_probe_pause,
        )
        return GateSettings(max_recoveries=self.max_recoveries, storm=storm)
