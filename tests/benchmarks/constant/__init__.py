"""The least a Django site can do for a page: the measure of all others."""
