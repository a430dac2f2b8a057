"""Names the data sets, and the source and the licence of their photos.

This module reads no data, so that captions need no reader of data sets.
"""

TITLES = {
    "ham10000": "HAM10000",
    "milk10k": "MILK10k",
    "bcn20000": "BCN20000",
    "isic2017": "ISIC 2017",
    "pad_ufes_20": "PAD-UFES-20",
}
"""Names of the data sets as their authors write them."""

ATTRIBUTIONS = {
    "ham10000": (
        "HAM10000, Tschandl, Rosendahl and Kittler, Sci. Data 5, 180161 (2018), "
        "doi:10.7910/DVN/DBW86T, CC BY-NC 4.0"
    ),
    "milk10k": "MILK10k, MILK study team, ISIC Archive (2025), doi:10.34970/648456, CC BY-NC 4.0",
    "bcn20000": (
        "BCN20000, Combalia et al., arXiv:1908.02288 (2019), Hospital Clínic de Barcelona, "
        "ISIC 2019 challenge, CC BY-NC 4.0"
    ),
    "isic2017": "ISIC 2017 challenge, Codella et al., arXiv:1710.05006, CC BY-NC 4.0",
    "pad_ufes_20": (
        "PAD-UFES-20, Pacheco et al., Data in Brief 32, 106221 (2020), doi:10.17632/zr7vgbcyr2.1, "
        "CC BY 4.0"
    ),
}
"""Name of each data set to the source and the licence of its photos."""
