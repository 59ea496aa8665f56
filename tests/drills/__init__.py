"""Failure drills: real processes and sockets, each failure made to happen, see README.md."""
