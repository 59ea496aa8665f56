"""Narrows and sorts lists by what stands in their address: pages, feeds, the API and sheets alike.

Each app says in its ``filters.py`` by what its records are filtered (:mod:`.facets`) and sorted
(:mod:`.sorts`); :class:`.bound.Filters` reads an address by it.
"""
