"""What running the portal takes: headers, files, and whatever a server asks of a site."""
