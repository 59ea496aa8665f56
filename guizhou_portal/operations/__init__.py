"""What keeps the portal fast and running: kept pages, probes, logs, backups, the static mirror."""
