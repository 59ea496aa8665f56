"""The portal's data for people: the page about it, the API's reference, and sheets to download.

All of it is made from what is declared in ``open_data``.
"""
