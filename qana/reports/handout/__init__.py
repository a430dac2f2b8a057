"""Makes the handout for a class: one page of A4, a PDF, with computed numbers."""
