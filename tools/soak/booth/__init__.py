"""A day at a booth: the show alone for hours, in a real browser, and visitors who come and go.

A day's scenes are shown with the app's own clock running faster; nothing else is changed.
"""
