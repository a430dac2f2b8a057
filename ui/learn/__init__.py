"""Parts of the page Learn: teach the head a class, watch it on lesions that it never saw."""
