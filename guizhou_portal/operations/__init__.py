"""What keeps the portal fast, safe and running: kept pages, headers, backups, the mirror."""
