"""Run as a child: sets the pages of a report that is described in a file, and writes them as PDF.

Arguments: the file (JSON), the PDF. Answers one JSON line with how many pages there are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from vidbudova import paths, text
from vidbudova.plugin import result_file
from vidbudova.ui.app import application


def run(job_file: Path, out: Path) -> int:
    """Write the report of a job."""
    from vidbudova.ui.report_pdf import write

    job: dict[str, Any] = json.loads(job_file.read_text(encoding="utf-8"))
    text.use_language(str(job["language"]), paths.locale())
    app = application(["vidbudova"])
    results = [result_file.read(Path(entry["file"])) for entry in job["entries"]]
    count = write(out, job, results)
    sys.stdout.write(json.dumps({"pages": count}) + "\n")
    sys.stdout.flush()
    del app
    return 0


if __name__ == "__main__":
    raise SystemExit(run(Path(sys.argv[1]), Path(sys.argv[2])))
