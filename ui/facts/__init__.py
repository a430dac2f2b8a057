"""The parts of the page Facts."""
