"""The Temporal server's own count of billable actions: its metric `action`, by type."""

import re
from collections import Counter

import httpx

_SAMPLE = re.compile(r"^action\{(?P<labels>[^}]*)\} (?P<value>\S+)$", re.MULTILINE)
_TYPE = re.compile(r'action_type="([^"]*)"')
_NAMESPACE = 'namespace="default"'
HEARTBEAT = "grpc_RecordActivityTaskHeartbeat"


async def read_billing(metrics_url: str) -> Counter[str]:
    """Return the actions in our namespace since the server started, by the server's names."""
    async with httpx.AsyncClient(trust_env=False) as http:
        text = (await http.get(metrics_url)).raise_for_status().text
    actions: Counter[str] = Counter()
    for sample in _SAMPLE.finditer(text):
        kind = _TYPE.search(sample["labels"])
        if kind and _NAMESPACE in sample["labels"]:
            actions[kind[1]] += round(float(sample["value"]))
    return actions
