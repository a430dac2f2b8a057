"""Builds the networks from blocks that Akida can run, and gives them their first weights."""
