"""The gate of one workspace: storms of a cause, the bulkhead, and the pause.

Begin with `machine`; each other module is a part of it.
"""
