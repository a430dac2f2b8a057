"""The networks: blocks that Akida can run, and the architectures made of them."""
