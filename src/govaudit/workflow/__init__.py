"""The jobs: inspect, check, report, gate. The only room that knows crawler, checks, scoring and reports together."""
