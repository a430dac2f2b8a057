"""From pixels to spikes: what each chapter of the walkthrough shows, computed from the models."""
