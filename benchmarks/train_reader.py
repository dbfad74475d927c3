"""Train the second reader that comes with the program: ``make reader``.

    python -m benchmarks.train_reader [--data FOLDER] [--pack NAME|FOLDER] [--out FILE]

On one machine and with the packages of ``constraints.txt`` the file is the same, byte for byte. Without ``--data`` (see
``reader_lines.py``) it learns from what the project holds, which is less than the shipped file was made of: it says so and writes to
``reader.weights`` unless told where.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from auditor.reader.shipped import SHIPPED
from auditor.reader.train import train
from auditor.reader.weights import read_weights
from auditor.rules.pack import DEFAULT, load_pack
from benchmarks.reader_lines import gather


def main() -> None:
    """Write the file and print what it was made of."""
    parser = argparse.ArgumentParser(description="Train the second reader that comes with the program.")
    parser.add_argument("--data", type=Path, help="development data: corpus/, gold/, data/")
    parser.add_argument("--pack", type=Path, default=DEFAULT)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    started = time.monotonic()
    pack = load_pack(given.pack)
    gathered = gather(pack, given.data)
    for name, number in gathered.sources.items():
        print(f"{number:6,}  {name}")
    out: Path = given.out or (SHIPPED if given.data else Path("reader.weights"))
    data = train(gathered.samples, {"pack": pack.id, "sources": gathered.sources})
    out.write_bytes(data)
    weights = read_weights(data, str(out))
    features = sum(map(len, weights.breach.values()))
    print(
        f"{out}: {len(data):,} bytes, {features:,} features, {len(weights.categories)} categories, threshold {weights.threshold}, "
        f"fingerprint {weights.fingerprint}, {time.monotonic() - started:.0f} s"
    )
    if given.data is None:
        print("没有 --data：只用了项目自带的样本，比随程序发布的权重学得少。")


if __name__ == "__main__":
    main()
