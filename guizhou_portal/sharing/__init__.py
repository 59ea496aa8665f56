"""How pages are passed on: by mail, and framed as cards in the pages of partners."""
