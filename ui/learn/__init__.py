"""Parts of the page Learn: teach the head a class and watch it on held-out lesions."""
