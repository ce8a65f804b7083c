"""The colours of categories, in figures drawn and interactive alike.

Okabe and Ito (2008), safe for colour-blind readers, without the yellow that white paper swallows,
for which there is a brown; neighbours in this order differ in lightness as well as in hue.
"""

COLOURS = (
    "#0072b2", "#e69f00", "#000000", "#009e73", "#56b4e9", "#d55e00", "#cc79a7", "#7a4419",
)  # fmt: skip
