"""Causes faults on a real server and checks statements about privacy and limits.

The check of each module returns statements and whether they hold. The statements are keys of
models/hardening/faults.json.
"""
