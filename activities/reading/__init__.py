"""From the platform's raw JSON to the facts of `lakemend.evidence`."""
