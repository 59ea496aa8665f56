"""What machines read: the calendar, feeds, linked data, the API and open standards."""
