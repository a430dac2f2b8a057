"""Comparisons that stand behind the choices: each a table that one command makes again."""
