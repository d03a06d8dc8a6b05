"""Naming the cause: `diagnose.py` is where to begin reading."""

from lakemend.diagnosis.vocabulary import Cause, Diagnosis, Layer, Reason, Remedy

__all__ = ["Cause", "Diagnosis", "Layer", "Reason", "Remedy"]
