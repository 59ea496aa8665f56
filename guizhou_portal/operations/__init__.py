"""What keeps the portal fast and running: kept pages, probes, backups, the static mirror."""
