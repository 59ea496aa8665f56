"""Signing in to the back office: password, one-time code, throttling, and the journal of it."""
