"""Health checks: what a recovery should have brought back."""
