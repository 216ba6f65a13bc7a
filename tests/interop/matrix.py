# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the matrix tests have in common: cells measured side by side, and a section of docs/interop.md at the end."""

import concurrent.futures

from matrix_document import FAILED

from support import suite


def measure(pairs, trial, at_once):
    """(row, column) -> Cell of `trial(row, column)`, some of them at the same time."""
    pairs = list(pairs)
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return dict(zip(pairs, pool.map(lambda pair: trial(*pair), pairs)))


class MatrixCase(suite.Case):
    def conclude(self, section, cells):
        """Fails for failures, and for a document that tells something else; or writes it."""
        if suite.Options.write_docs:
            section.write(cells)
        failures = [f'{row}, {column}:\n{cell.log}' for (row, column), cell in cells.items() if cell.outcome == FAILED]
        if failures:
            self.fail('\n\n'.join(failures))
        if self.server_kind == 'rtspsink' and section.is_of_these_versions():
            told = section.written()
            self.assertEqual(section.text(cells), told, 'docs/interop.md: see `ninja -C build interop-document`')
