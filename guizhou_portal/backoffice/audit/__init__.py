"""The audit log: who signed in, who may do what since when, and what was taken out of the portal.

Other rooms note with :func:`.log.note`; administrators read it at ``/admin/audit/``.
"""
