"""Parts of the page Scan: the link to a verdict, and the photos of this visit."""
