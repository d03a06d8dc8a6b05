"""The HTTP side: webhooks, reading, orders, live events. Talks to Temporal and the records only."""
