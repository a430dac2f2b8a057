"""Parts of the explanations: on Scan and on Explain."""
