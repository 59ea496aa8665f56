"""What keeps the portal fast and running: kept pages, headers, probes, logs, backups, mirror."""
