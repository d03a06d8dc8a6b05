"""What a step may change and a snapshot puts back: a job's settings, a cluster's attributes."""
