"""Meters of energy, one kind of counter a file; see `qana.bench.readings.Meter`."""
