"""The command line: one file a command, with its options beside what it runs."""
