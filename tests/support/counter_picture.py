# SPDX-License-Identifier: LGPL-2.1-or-later
"""A picture that carries a number as black and white squares large enough to survive any encoder.

8 x 4 squares of 32 pixels: 24 bits of the number, most significant first, and 8 bits that check them.
"""

CELL = 32
COLUMNS, ROWS = 8, 4
WIDTH, HEIGHT = COLUMNS * CELL, ROWS * CELL
FRAME_SIZE = WIDTH * HEIGHT  # of the luma plane, or of a GRAY8 picture
NUMBERS = 1 << 24
_BLACK, _WHITE = 16, 235
_CHROMA = bytes([128]) * (FRAME_SIZE // 2)


def _check(number):
    return (number ^ (number >> 8) ^ (number >> 16) ^ 0xA5) & 0xFF


def draw(number):
    """An I420 picture."""
    number %= NUMBERS
    bits = (number << 8) | _check(number)
    rows = []
    for row in range(ROWS):
        line = b''.join(
            bytes([_WHITE if bits >> (31 - row * COLUMNS - column) & 1 else _BLACK]) * CELL for column in range(COLUMNS)
        )
        rows.append(line * CELL)
    return b''.join(rows) + _CHROMA


def read(luma):
    """The number of a GRAY8 picture, None if it carries none."""
    bits = 0
    for row in range(ROWS):
        for column in range(COLUMNS):
            middle = luma[(row * CELL + CELL // 2) * WIDTH + column * CELL + CELL // 2]
            bits = bits << 1 | (middle > 125)
    number = bits >> 8
    return number if _check(number) == bits & 0xFF else None
