"""Keeping the portal running: servers, copies, figures."""
