"""From a visitor's interest to an answer: the form, its delivery, the inbox, and privacy."""
