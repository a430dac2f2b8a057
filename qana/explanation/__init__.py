"""Why the network answered so: maps of the model that ran, and how far each can be believed."""
