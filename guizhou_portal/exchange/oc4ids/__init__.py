"""Projects in the Open Contracting for Infrastructure Data Standards (OC4IDS 0.9).

``projects/oc4ids.py`` and ``events/oc4ids.py`` say what a project and a contract are to the
standard, :mod:`.package` joins them to a project package, :mod:`.views` answers for it.
``docs/oc4ids.md`` explains the whole to those who use it.
"""
