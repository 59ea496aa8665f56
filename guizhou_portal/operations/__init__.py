"""What the people who run the portal need: probes, logs, figures, and how it bears failures."""
