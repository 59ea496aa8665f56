"""The public site as plain files: docs/mirror.md. ``manage.py export_site`` brings it together."""
