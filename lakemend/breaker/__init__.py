"""One circuit breaker: what was counted, whether that is too much, and which state follows.

Begin with `machine`; each other module is a part of it.
"""
