"""What keeps the portal running: nothing here has records of its own."""
