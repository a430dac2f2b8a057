"""Writes the lesson as plain files that need neither Python nor the Akida engine."""
