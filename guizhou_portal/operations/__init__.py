"""What keeps the portal fast and running: kept pages, headers, probes, backups, the static mirror."""
