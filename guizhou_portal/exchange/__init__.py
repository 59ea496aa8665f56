"""What machines read: feeds, calendar, linked data, the API, and sheets for paper."""
