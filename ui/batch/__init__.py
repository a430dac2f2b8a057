"""Parts of the page Batch: many photos, their table, and their scores if they have labels."""
