"""Which fields of which records are open data.

Each app says it once, in its ``open_data.py``, in the words of :mod:`.fields`: the API and its
description, the sheets to download and the tables of the data page are all made from that.
"""
