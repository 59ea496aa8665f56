"""What machines read: the portal's records as feeds, calendars, linked data, an API and files."""
