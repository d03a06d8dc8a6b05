"""How a worker converts payloads: as the SDK's converter for pydantic does, built once."""

from dataclasses import replace

from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter

_ENCODINGS = tuple(PydanticPayloadConverter().converters.values())


class SharedPayloadConverter(CompositePayloadConverter):
    """Shares what it knows about our types.

    The SDK makes a converter for each workflow and two for each of its tasks, and each would build
    its validators anew.
    """

    def __init__(self) -> None:
        super().__init__(*_ENCODINGS)


def sharing_converter(client: Client) -> Client:
    """Return the same client for a worker."""
    config = client.config()
    config["data_converter"] = replace(
        config["data_converter"], payload_converter_class=SharedPayloadConverter
    )
    return Client(**config)
