"""What every feature may use and which uses no feature: database, clock, refusals, hooks, jobs."""
